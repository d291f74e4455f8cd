#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What doctor says of bounces that are counted, or not: doctor.c and contiguity.c in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
x=traces/xswbounce
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -I traces/tests/skeletons -I $x -DXSWBOUNCE_VERSION='"test"' \
	-o "$out/doctor_test" traces/tests/doctor_test.c $x/engine/name.c $x/show/{json,text}.c -lm || exit 1
"$out/doctor_test"
