#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The reading of messages: reader.c in user space, on a ring that is never empty.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O2 -Wall -Wextra -std=gnu11 -D_GNU_SOURCE -I traces/xswbounce -o "$out/reader_test" \
	traces/tests/reader_test.c traces/xswbounce/engine/reader.c || exit 1
"$out/reader_test"
