# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Runs a test in C of BPF programs: as plain C, with traces/tests/kernel in the kernel's place.

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# program_test NAME [SOURCE...]: NAME_test.c, with these of xswbounce's sources beside it
program_test()
{
	local name=$1

	shift
	gcc -O2 -Wall -Wextra -Wno-unused-function -Wno-unused-variable -Wno-unused-parameter -Wno-unknown-pragmas \
		-Wno-sign-compare -fno-strict-aliasing -std=gnu11 -D_GNU_SOURCE -I traces/tests/kernel -I traces/tests/libbpf -I traces/xswbounce \
		-o "$out/${name}_test" "traces/tests/${name}_test.c" "${@/#/traces/xswbounce/}" || exit 1
	"$out/${name}_test"
}
