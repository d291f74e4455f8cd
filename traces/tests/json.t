#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What xswbounce prints as JSON is JSON, whatever a device or a program calls itself.
cd "$(dirname "$0")/../.." || exit 1

. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O2 -Wall -Wextra -std=gnu11 -D_GNU_SOURCE -DXSWBOUNCE_VERSION='"test"' -I traces/xswbounce -o "$out/json_test" \
	traces/tests/json_test.c traces/xswbounce/show/json.c || exit 1
"$out/json_test" >"$out/json"
passes 'it is JSON in UTF-8, without constants that are none' python3 -c 'import json, sys
def none(name): raise ValueError(name)
json.loads(open(sys.argv[1], "rb").read().decode(), parse_constant=none)' "$out/json"
is "$(jq -r .good "$out/json")" 'Grüß € 😀' 'what is UTF-8 stays'
is "$(jq -c '[.overlong, .surrogate, .cut] | map(gsub("\ufffd"; "?"))' "$out/json")" \
	'["?????","???","??"]' 'each byte that is none becomes U+FFFD'
is "$(jq -c '[.nan, .minus_nan, .infinite, .half]' "$out/json")" '[null,null,null,0.5]' \
	'no number, no figure'
is "$(jq -r '.version, .host.name, .host.boot_id, .host.kernel' "$out/json")" \
	"test
$(uname -n)
$(cat /proc/sys/kernel/random/boot_id)
$(uname -r)" 'it says which version wrote it, on which host, since which boot'
is "$(grep -c '^{"schema"' "$out/json")" 1 'the schema stands first'
is "$(LC_ALL=C tr -d '\n\040-\176\200-\377' <"$out/json" | wc -c) $(grep -c $'\xc2\x9b' "$out/json")" '0 0' \
	'nothing in it moves a cursor'
done_testing
