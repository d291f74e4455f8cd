#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What is said where the module's events can't be read: module_side.c in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O2 -Wall -Wextra -std=gnu11 -D_GNU_SOURCE -I traces/xswbounce -o "$out/module_side_test" \
	traces/tests/module_side_test.c traces/xswbounce/engine/module_side.c -Wl,--wrap=stat || exit 1
"$out/module_side_test"
