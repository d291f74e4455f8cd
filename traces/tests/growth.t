#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What leaks calls a leak: growth.c, in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -I traces/xswbounce \
	-o "$out/growth_test" traces/tests/growth_test.c traces/xswbounce/engine/growth.c || exit 1
"$out/growth_test"
