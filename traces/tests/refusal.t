#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Why no BPF program works, and what is named in their place: refusal.c in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -I traces/xswbounce \
	-o "$out/refusal_test" traces/tests/refusal_test.c -Wl,--wrap=fopen,--wrap=access || exit 1
"$out/refusal_test"
