#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Why Xen can't be asked: xen_call.c and what asks by it, without a Xen.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
x=traces/xswbounce
gcc -O2 -Wall -Wextra -std=gnu11 -D_GNU_SOURCE -I $x -o "$out/xen_call_test" traces/tests/xen_call_test.c \
	$x/engine/xen_{call,heap,order}.c -Wl,--wrap=open,--wrap=close,--wrap=mmap,--wrap=munmap || exit 1
"$out/xen_call_test"
