#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Calls that no program saw: nested.c and module_side.c in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O2 -Wall -Wextra -std=gnu11 -D_GNU_SOURCE -I traces/xswbounce -o "$out/missed_test" traces/tests/missed_test.c \
	traces/xswbounce/engine/{nested,module_side}.c || exit 1
"$out/missed_test"
