#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What devices and programs are known by: device.c and name.c in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -I traces/xswbounce \
	-o "$out/device_test" traces/tests/device_test.c traces/xswbounce/engine/{device,name}.c \
	traces/xswbounce/show/text.c || exit 1
"$out/device_test"
