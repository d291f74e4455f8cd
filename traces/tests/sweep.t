#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# That stacks and devices make room for new ones: held_sweep.c in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O2 -Wall -Wextra -std=gnu11 -D_GNU_SOURCE -I traces/xswbounce -o "$out/sweep_test" traces/tests/sweep_test.c \
	traces/xswbounce/engine/held_sweep.c || exit 1
"$out/sweep_test"
