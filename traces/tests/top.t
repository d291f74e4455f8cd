#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The table of top, from counters that are made up: top.c in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
x=traces/xswbounce
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -DXSWBOUNCE_VERSION='"test"' -I traces/tests/libbpf -I $x \
	-o "$out/top_test" traces/tests/top_test.c $x/engine/{flow_state,name}.c \
	$x/show/{flow_json,json,quantile,text}.c -lm || exit 1
"$out/top_test"
