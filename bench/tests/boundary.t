#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Only the lab knows what it emulates: outside bench/lab nothing names the emulator, a device
# model or the place of a device, and the runner names the lab in one place only.
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh

# Prints "FILE:LINE: text" of code that matches; recordings made for tests are no code.
code_with()
{
	local pattern=$1

	shift
	git ls-files -co --exclude-standard -- "$@" |
		grep -vE '^bench/lab/|^analysis/tests/|^results/reference/|\.md$|/boundary\.t$' |
		while read -r file; do
			[ ! -f "$file" ] || grep -HnIiE "$pattern" "$file"
		done
}

none()
{
	is "$(code_with "${@:2}")" '' "$1"
}

at_least "$(code_with 'SPDX' bench | wc -l)" 20 'the search sees the code'
none 'nothing names the emulator' 'qemu' .
none 'nothing names a device model' \
	'\b(e1000e?|rtl8139|virtio[-_](blk|net|9p)|usb-ehci|intel-iommu|amd-iommu|megasas|lsi53c)\b' \
	bench/run bench/runner bench/storage bench/network analysis Makefile
none 'the suite names no place of a device' '\b[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]\b' \
	bench/run bench/runner bench/storage bench/network bench/tests analysis Makefile
starts=$(code_with 'bench(_dir)?"?/lab' bench/run bench/runner bench/storage bench/network)
[ -n "$starts" ] && ! grep -qv '^bench/runner/lab.py:' <<<"$starts"
ok $? 'the runner starts the lab in one place' "$starts" 'lines of bench/runner/lab.py only'
done_testing
