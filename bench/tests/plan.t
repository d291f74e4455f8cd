#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The plan: a coin for each pair, repeatable by its seed, reads before writes, counted rounds last,
# the module only where named.
# shellcheck disable=SC2317  # functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh
. bench/tests/fake-machine.sh
fake_xen PV
fake_disk wide 240:0 SER-W 64
fake_disk narrow 240:16 SER-N 32
try()
{
	dry --seed 7 --try-module all --write serial:SER-W "$@"
}
export -f try

# The letters of one load's timed positions in time's order.
order()
{
	try --rounds "$2" --seed "$1" | sed -n 's/.*wide read-128k on .*, timed \([AB]\).*/\1/p' |
		paste -sd ''
}
export -f order

expect 'the default is stock alone' 0 '!module$' dry
expect 'rounds come in pairs of stock and module' 0 '^(AB|BA)(AB|BA)(AB|BA)(AB|BA)$' order 1 4
expect 'each pair has a coin of its own' 0 '^8$' bash -c "
	for s in {1..40}; do order \$s 3; done | sort -u | wc -l"
expect 'one visit to each backend is discarded' 0 '^module stock$' bash -c "
	try | sed -n 's/.*wide read-128k on \([a-z]*\), discarded/\1/p' | sort | paste -sd ' '"
expect 'the order of loads differs by visit' 0 '^2$' bash -c "
	try --rounds 12 | sed -n 's/.* wide \(read-128k\|randread-4k-qd1\) on .*, timed.*/\1/p' | paste -d ' ' - - |
		sort -u | wc -l"
expect 'a device is bound again between two visits to one backend' 0 '^$' bash -c "
	try --rounds 12 | awk '/move/ { last = \"\"; next } / timed / { if (last && last != \$NF) print
		last = \$NF }'"
expect 'writes come after all reads' 0 '^reads writes$' bash -c "
	try | sed -n 's/.* wide \(rand\)*\(read\|write\)-.*, timed.*/\2s/p' | uniq | paste -sd ' '"
expect 'counted rounds come after all timed ones' 0 '^timed counted$' bash -c "
	try | sed -n 's/.* on .*, \(timed\|counted\).*/\1/p' | uniq | paste -sd ' '"
expect 'A is stock and B the module' 0 '^$' bash -c "
	try | grep -E ', timed ' | grep -vE 'on stock, timed A|on module, timed B'; true"
expect 'a plan is repeatable by its seed' 0 '^same$' bash -c "
	cmp -s <(try) <(try | grep .) && echo same"
expect 'another seed is another plan' 0 '^other$' bash -c "
	cmp -s <(try) <(try --seed 8) || echo other"
expect 'timed rounds can be left out, the discarded ones with them' 0 '^counted$' bash -c "
	try --leave-out timed | sed -n 's/.* on .*, \([a-z]*\).*/\1/p' | uniq"
expect 'each counted load comes once on each backend' 0 '^$' bash -c "
	try | grep ', counted' | sed 's/^ *[0-9]* *//' | sort | uniq -d; true"
expect 'the verified load is forced to bounce on the module' 0 \
	'wide verify-crc32c on module \(bouncing forced\), counted' try
expect 'every visit to the module ends in a way back' 0 '^stock$' bash -c "
	try | sed -n 's/.*move wide to //p' | tail -n 1"
expect 'fewer than six rounds are told' 0 'print.* their range' dry --rounds 5
expect 'six rounds are not' 0 '!their range' dry --rounds 6
expect 'full has twelve' 0 '12 of each load and backend' dry --full
expect 'full has a load at a fixed rate' 0 'wide randread-4k-rate on stock, timed A12' dry --full
expect 'full has more than quick' 0 'randwrite-4k-qd1 ' dry --full --write serial:SER-W
expect 'the number of runs is that of the steps' 0 '^same$' bash -c "
	plan=\$(try)
	[ \$(grep -cE '^ +[0-9]+  .* on (stock|module)' <<<\"\$plan\") = \
		\$(sed -n 's/^Runs \([0-9]*\):.*/\1/p' <<<\"\$plan\") ] && echo same"
expect 'an emulated machine is told' 0 'emulated: counts only' env XSW_EMULATED=1 bench/run --here --dry-run
expect 'a real one is not' 0 '!emulated' dry

expect 'without dmabench.ko the DMA API is not timed, and why' 0 \
	'^  dmabench +not built for kernel .*: make -C bench/dmabench module' try
# Where dmabench.ko is said to be installed.
mkdir "$fake/bin"
printf '#!/bin/sh\necho /lib/modules/x/dmabench.ko\n' >"$fake/bin/modinfo"
chmod +x "$fake/bin/modinfo"
PATH=$fake/bin:$PATH
expect 'with it, it is, in the end and once' 0 '^time the DMA API at' bash -c "
	try | sed -n 's/^ *[0-9][0-9]*  //p' | tail -n 1"
function=$(readlink -f "$fake/sys/block/narrow/../..")
expect 'on a function that is named for the module' 0 "dmabench. at ${function##*/}:" \
	dry --try-module serial:SER-N
expect 'it can be left out' 0 '^  dmabench +left out as asked' try --leave-out dmabench
expect 'not without such a device' 0 '^  dmabench +no device was named that it may take: MODULE=.*API=none' dry
expect 'but on no hardware where that is asked for' 0 'dmabench. on no hardware: stock; fills' \
	dry --time-api none
wide=$(readlink -f "$fake/sys/block/wide/../..")
wide=${wide##*/}
# The function that is named, beside a device for the module.
named()
{
	dry --try-module serial:SER-N --time-api "$1"
}
export -f named
expect 'a function that is named is the one, on stock' 0 "dmabench. at $wide: stock; fills" named "$wide"
expect 'what is not timed on the module is told, and the word that gives it' 0 \
	"^  dmabench on the module +API=$wide .--time-api. is of no device that was named for it: leave it out, or MODULE=" \
	named "$wide"
expect 'a spare card, too' 0 'dmabench. at spare-nic: stock; fills' named spare-nic
expect 'one of a device for the module is timed on both' 0 "dmabench. at ${function##*/}: stock and module;" named "${function##*/}"
expect 'a device goes before no hardware' 0 "dmabench. at ${function##*/}: stock and module;" named none
expect 'a real machine fills half of its pool at most' 0 'pools up to 50 %' try
expect 'an emulated one more' 0 'pools up to 90 %' env XSW_EMULATED=1 bash -c try

fake_native
rm -rf "$fake/sys/hypervisor" "$fake/proc/xen"
expect 'off Xen the module is left out of all' 0 \
	'^  backend module +the module works in a Xen PV domain; this is native' try
expect 'of a named device, too' 0 '^  backend module +the module works in a Xen PV domain; this is native' \
	dry --try-module serial:SER-W
expect 'which is loaded on stock' 0 '^  wide .*; stock$' dry --try-module serial:SER-W
expect 'and whose DMA API is timed on stock' 0 'dmabench. at .*: stock; fills' dry --try-module serial:SER-W
for api in "$wide" spare-nic; do
	expect "$api is timed, as with Xen" 0 "dmabench. at $api: stock; fills" named "$api"
done
expect 'a device before no hardware, too' 0 "dmabench. at ${function##*/}: stock; fills" named none
echo 'root=/dev/x swiotlb=65536,force' >"$fake/proc/cmdline"
expect 'swiotlb=force is its own environment' 0 '^Environment native-swiotlb' dry
expect 'who booted it may name it' 0 '^Environment a-name' env XSW_ENVIRONMENT=a-name bash -c dry
fake_native
mkdir -p "$fake/sys/class/iommu/unit0"
# mode GROUP TYPE [DISK]: what an IOMMU does with a group, of which a disk may be.
mode()
{
	local group=$fake/sys/kernel/iommu_groups/$1

	mkdir -p "$group"
	echo "$2" >"$group/type"
	[ -z "${3:-}" ] || ln -sfn "$group" "$(readlink -f "$fake/sys/block/$3/../..")/iommu_group"
}
mode 1 DMA-FQ wide
mode 1 DMA-FQ narrow
expect 'a lazy IOMMU' 0 '^Environment native-iommu-lazy' dry
mode 1 DMA
expect 'a strict IOMMU' 0 '^Environment native-iommu-strict' dry
mode 2 identity wide
mode 2 identity narrow
expect "the mode is that of the devices that are measured, and no other's" 0 \
	'^Environment native-iommu-passthrough, ' dry
mode 3 DMA-FQ narrow
expect 'of one of them' 0 '^Environment native-iommu-passthrough, ' dry --disk serial:SER-W
expect 'of the other' 0 '^Environment native-iommu-lazy, ' dry --disk serial:SER-N
expect 'where they differ the run says so' 0 \
	'IOMMU mode for all +their groups differ .narrow lazy, wide passthrough.: this boot counts as native-iommu-lazy$' dry
mode 1 DMA wide
mode 1 DMA narrow
fake_xen PVH
expect 'a PVH dom0, behind its IOMMU' 0 '^Environment xen-dom0-pvh, .*, PVH dom0, IOMMU strict' dry
expect 'the module is not for it' 0 'works in a Xen PV domain; this one is PVH' \
	dry --try-module serial:SER-W
rm -r "$fake/sys/class/iommu"
expect 'without an IOMMU the plan names none' 0 '!IOMMU' dry
: >"$fake/proc/xen/capabilities"
fake_xen HVM
: >"$fake/proc/xen/capabilities"
expect 'an HVM guest' 0 '^Environment xen-domu-hvm' dry
: >"$fake/proc/xen/capabilities"
fake_xen PV
: >"$fake/proc/xen/capabilities"
expect 'a PV guest' 0 '^Environment xen-domu' dry
done_testing
