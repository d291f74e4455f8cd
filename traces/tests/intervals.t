#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The intervals of occupancy while devices come and go: engine/ and commands/occupancy.c in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
x=traces/xswbounce
# what loads and starts programs is left out: no test calls it
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -DXSWBOUNCE_VERSION='"test"' -ffunction-sections \
	-Wl,--gc-sections -I traces/tests/skeletons -I $x -o "$out/intervals_test" \
	traces/tests/intervals_test.c $x/engine/name.c $x/show/json.c -lm || exit 1
"$out/intervals_test"
