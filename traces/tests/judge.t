#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# From counters to a verdict: judge.c and what it calls, in user space.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -I traces/tests/libbpf \
	-I traces/xswbounce -o "$out/judge_test" traces/tests/judge_test.c \
	traces/xswbounce/engine/{judge,flow_state,name}.c traces/xswbounce/show/{advice,text}.c || exit 1
"$out/judge_test"
