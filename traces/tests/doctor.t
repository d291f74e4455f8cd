#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What doctor says of bounces, of a pool and of the causes why there is none: doctor.c, contiguity.c and
# what they call, in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
x=traces/xswbounce
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -I traces/tests/skeletons -I $x -DXSWBOUNCE_VERSION='"test"' \
	-o "$out/doctor_test" traces/tests/doctor_test.c $x/engine/{defrag,name,room,room_look,xen_extents,xen_order}.c \
	$x/show/{json,room,text,doctor_advice,doctor_text,doctor_json}.c -lm \
	-Wl,--wrap=fopen,--wrap=clock_gettime || exit 1
"$out/doctor_test"
