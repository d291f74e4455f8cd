#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What top and the verdict say as they begin to count: flow.c in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
x=traces/xswbounce
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -I traces/tests/skeletons -I $x \
	-o "$out/flow_test" traces/tests/flow_test.c $x/engine/flow.c -lm || exit 1
"$out/flow_test"
