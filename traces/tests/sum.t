#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The rows of top, and how the place of a device that is gone is freed: flow_sum.c in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -I traces/tests/skeletons \
	-I traces/xswbounce -o "$out/sum_test" traces/tests/sum_test.c \
	traces/xswbounce/engine/{flow_sum,flow_state}.c || exit 1
"$out/sum_test"
