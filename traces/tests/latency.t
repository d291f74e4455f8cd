#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# How latencies are taken and kept: the code of the BPF programs, in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O2 -Wall -Wextra -Wno-unused-function -Wno-unused-variable -std=gnu11 -I traces/xswbounce \
	-o "$out/latency_test" traces/tests/latency_test.c traces/xswbounce/show/quantile.c || exit 1
"$out/latency_test"
