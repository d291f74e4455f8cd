#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Files that xswbounce writes as root: in user space, with the tool's own code.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
x=traces/xswbounce
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -DXSWBOUNCE_VERSION='"test"' -I $x \
	-o "$out/files_test" traces/tests/files_test.c $x/show/{output,incident,prometheus,recording,text}.c $x/engine/{flow_state,name}.c \
	-lz || exit 1
"$out/files_test"
