#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The verdict on a wide device that Xen PV made narrow: its driver asked the kernel how wide to be.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/module.sh
. traces/tests/verdict.sh
. traces/tests/tool.sh

sas=
for path in /sys/bus/pci/drivers/mptsas/0*; do
	[ ! -d "$path" ] || sas=${path##*/}
done
[ -n "$sas" ] || bail 'no controller with the driver mptsas'
sas_disk()
{
	local path tries

	for tries in {1..150}; do
		for path in /sys/block/sd*; do
			disk=${path##*/}
			[ "$(pci_parent "$path")" != "$sas" ] || [ "$(cat "$path/size")" -eq 0 ] || return 0
		done
		sleep 0.2
	done
	bail "no disk of $sas after $tries tries"
}

sas_disk
is "$(cat "/sys/bus/pci/devices/$sas/dma_mask_bits")" 32 'stock: the driver was told 32 bits'
verdict -a -- bash -c "read_disk $disk $((4 << 20))"
is "$(device "$sas" '[.bounces > 0, .main_reason] | @csv')" 'true,"mask"' 'so it bounces for its mask'
like "$(device "$sas" .advice)" '^the device is wide; Xen PV told its driver not to be: .*dma_get_required_mask.*The module xen_swiotlb' \
	'the verdict says who made it narrow, and what ends that'
verdict_words -- bash -c "read_disk $disk $((4 << 20))"
like "$(cat "$out/words")" "$sas \(mptsas, swiotlb-xen\).*
 +why: mask 100 % \(DMA mask of 32 bits\)
 +to do: the device is wide; Xen PV told its driver" 'in words'
module_load && module_take "$sas"
sas_disk
is "$(cat "/sys/bus/pci/devices/$sas/dma_mask_bits")" 64 'module: the driver was told the truth'
verdict -a -- bash -c "read_disk $disk $((4 << 20))"
is "$(device "$sas" '[.maps > 0, .bounces] | @csv')" 'true,0' 'and nothing bounces'
module_give_back "$sas"
module_unload
is $? 0 'the module unloads'
done_testing
