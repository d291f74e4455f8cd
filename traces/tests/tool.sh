# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The tool under test, a folder for what it leaves, and its JSON. Needs impl/tests/tap.sh.

x=build/traces/xswbounce
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
[ -x $x ] || bail "$x is not built: make -C traces/xswbounce"

# of BDF FILTER: a member of one device's object in $out/json.
of()
{
	jq -c ".devices[] | select(.device == \"$1\") | $2" "$out/json"
}
