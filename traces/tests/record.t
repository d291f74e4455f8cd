#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce record without a kernel: its own code on messages that are made up.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
x=traces/xswbounce
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -Wno-unused-result -std=gnu11 -D_GNU_SOURCE \
	-I traces/tests/libbpf -I $x -o "$out/record_test" traces/tests/record_test.c $x/commands/record.c \
	$x/show/{recording,output,text}.c $x/engine/name.c -lz || exit 1
"$out/record_test"
