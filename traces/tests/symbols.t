#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Names of the kernel's functions: symbols.c in user space, on lists that stand in /proc's place.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
mkdir "$out/bpf"
echo 'struct bpf_map;
int bpf_map__lookup_elem(const struct bpf_map *map, const void *key, size_t key_size, void *value,
			 size_t value_size, __u64 flags);' >"$out/bpf/libbpf.h"
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -I "$out" \
	-I traces/xswbounce -include linux/types.h -o "$out/symbols_test" traces/tests/symbols_test.c \
	traces/xswbounce/engine/symbols.c || exit 1
# shellcheck disable=SC2016 # expanded there
unshare -rm sh -c 'mount -t tmpfs none /proc && exec "$1/symbols_test" /proc/kallsyms /proc/modules' sh "$out"
