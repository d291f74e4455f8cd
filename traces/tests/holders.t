#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Who holds the pool, as watch writes it: holders.c in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
x=traces/xswbounce
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -DXSWBOUNCE_VERSION='"test"' -I traces/tests/libbpf -I $x \
	-o "$out/holders_test" traces/tests/holders_test.c $x/show/{holders,json,older,text}.c $x/engine/{name,walk}.c \
	-lm || exit 1
"$out/holders_test"
