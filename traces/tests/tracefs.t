#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What xswbounce counts without a program of its own: tracefs.c and instance.c in user space,
# on a false tracefs.
cd "$(dirname "$0")/../.." || exit 1

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
stock=events/swiotlb/swiotlb_bounced
module=events/xen_swiotlb/xsw_map
full=events/xen_swiotlb/xsw_full
mkdir -p "$out/tracing/instances" "$out/tracing/$stock" "$out/template/$stock" "$out"/module/{$module,$full}
: >"$out/tracing/$stock/hist"
: >"$out/template/$stock/trigger"
: >"$out/module/$module/trigger"
: >"$out/module/$full/trigger"
printf '\tfield:u64 dma_mask;\toffset:16;\n\tfield:dma_addr_t dev_addr;\toffset:24;\n\tfield:bool force;\n' \
	>"$out/template/$stock/format"
{
	echo '# trigger info: hist:keys=dev_name,dma_mask,dev_addr.log2:vals=hitcount,size,force:sort=hitcount:size=4096 if size <= 262144 [active]'
	printf '{ dev_name: %-50s, dma_mask: %10s, dev_addr: ~ 2^%-2s } hitcount: %10s  size: %10s  force: %10s\n' \
		0000:00:04.0 4294967295 33 180000000000 270000000000000 0 \
		0000:00:04.0 4294967295 31 2 8192 0 \
		10000:e1:00.0 72057594037927935 36 3 3000000000 3 \
		'two words' 18446744073709551615 35 7 28672 0 \
		'a, dma_mask: 7 } hitcount: 9  size: 1' 1073741823 30 5 20480 0 \
		$'a\nb\n    Dropped: 9' 1073741823 30 8 32768 0
	printf '\nTotals:\n    Hits: 17\n    Entries: 5\n    Dropped: 6\n'
	echo '# trigger info: hist:keys=dev_name:vals=hitcount,size:sort=hitcount:size=4096 if size > 262144 [active]'
	printf '{ dev_name: %-50s } hitcount: %10s  size: %10s\n' 0000:00:04.0 20 10485760
	printf '\nTotals:\n    Hits: 20\n    Entries: 1\n    Dropped: 0\n'
} >"$out/template/$stock/hist"
{
	echo '# trigger info: hist:keys=bus_nr,devfn,reason:vals=hitcount,size:sort=hitcount:size=4096 if domain == 1 && reason != 0 [active]'
	printf '{ bus_nr: %10s, devfn: %10s, reason: %10s } hitcount: %10s  size: %10s\n' 2 28 3 11 45056
} >"$out/module/$module/hist"
{
	echo '# trigger info: hist:keys=bus_nr,devfn,fail:vals=hitcount,size:sort=hitcount:size=4096 if domain == 1 [active]'
	printf '{ bus_nr: %10s, devfn: %10s, fail: %10s } hitcount: %10s  size: %10s\n' 2 28 1 13 53248
} >"$out/module/$full/hist"
for domain in {1..17}; do
	mkdir -p "$out/devices/$(printf '%04x' "$domain"):00:00.0"
done
x=traces/xswbounce
flags="-O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE"
# shellcheck disable=SC2086 # words
gcc $flags -I traces/tests/libbpf -I $x -Dmkdir=kernel_mkdir -Drmdir=kernel_rmdir -c -o "$out/instance.o" $x/engine/instance.c &&
	gcc $flags -I traces/tests/libbpf -I $x -o "$out/tracefs_test" traces/tests/tracefs_test.c "$out/instance.o" \
		$x/engine/{tracefs,device,name}.c || exit 1
# shellcheck disable=SC2016 # expanded there
unshare -rm sh -c 'mount --bind "$1/tracing" /sys/kernel/tracing && mount --bind "$1/devices" /sys/bus/pci/devices &&
	exec "$1/tracefs_test" "$1/template" "$1/module"' sh "$out"
