#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Names of the kernel's functions: symbols.c in user space, on lists that stand in /proc's place.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -I traces/tests/libbpf \
	-I traces/xswbounce -o "$out/symbols_test" traces/tests/symbols_test.c \
	traces/xswbounce/engine/symbols.c || exit 1
# shellcheck disable=SC2016 # expanded there
unshare -rm sh -c 'mount -t tmpfs none /proc && exec "$1/symbols_test" /proc/kallsyms /proc/modules' sh "$out"
