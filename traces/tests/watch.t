#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The flight recorder in user space: its policy, its files, its patience.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
x=traces/xswbounce
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -I traces/tests/libbpf -I $x \
	-o "$out/watch_test" traces/tests/watch_test.c \
	$x/show/{watch_policy,incident_files,bounded,causes,text}.c $x/engine/name.c || exit 1
"$out/watch_test"
