#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What full says of a failure that is made up: streams.c in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
x=traces/xswbounce
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -DXSWBOUNCE_VERSION='"test"' -I traces/tests/libbpf -I $x \
	-o "$out/streams_test" traces/tests/streams_test.c $x/engine/name.c $x/show/{json,text}.c -lm || exit 1
"$out/streams_test"
