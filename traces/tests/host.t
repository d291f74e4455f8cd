#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What is said of machines where not all can be seen: host.c in user space, on folders that are made up.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O2 -Wall -Wextra -std=gnu11 -D_GNU_SOURCE -I traces/xswbounce \
	-o "$out/host_test" traces/tests/host_test.c traces/xswbounce/engine/host.c \
	-Wl,--wrap=access,--wrap=fopen,--wrap=opendir || exit 1
"$out/host_test" "$out"
