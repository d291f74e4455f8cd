#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A PV domU that booted without a PCI device has no swiotlb: a disk that comes later is the
# module's, which waits for it, and needs no operations of the kernel's.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/../guest.sh"

nvme=0000:00:00.0 # the first device that is passed through
is "$(dmesg | grep -c 'software IO TLB: mapped\|Using software bounce buffering')" 0 \
	'the kernel set no swiotlb up'
ok "$([ ! -e "/sys/bus/pci/devices/$nvme" ]; echo $?)" 'there is no PCI device'
module_in pool_mb=16 devices=$nvme
ok $? 'the module loads'
is "$(state_of $nvme)" waiting 'and waits for the device named'
xenstore-write data/attach 1
await_pci $nvme
timeout 60 modprobe nvme
ok $? 'its driver loads'
node=$(nvme_node $nvme)
is "$(state_of $nvme)" 'attached nvme' 'the module owns it'
for force in 0 1; do
	echo $force >$control/force
	timeout 120 fio --name=verify --filename="$node" --rw=randwrite --bsrange=4k-128k --size=8M \
		--iodepth=8 --ioengine=libaio --direct=1 --verify=crc32c --verify_fatal=1 \
		--verify_state_save=0 --output-format=json --output=/tmp/fio.json
	ok $? "force $force: fio finds what it wrote"
	is "$(jq '.jobs[0].error' /tmp/fio.json)" 0 "force $force: without an error"
done
at_least "$(counter $nvme maps)" 1 'its maps are ours'
at_least "$(counter $nvme bounce_forced)" 1 'and bounced when forced'
at_least "$(counter $nvme coherent_allocs)" 1 'its coherent memory too'
unbind $nvme
is "$(state_of $nvme)" waiting 'unbound, it waits again'
is "$(counter $nvme leaked)" 0 'nothing leaked'
is "$(counter $nvme coherent_allocs)" "$(counter $nvme coherent_frees)" 'all coherent memory came back'
mark_log
module_out
ok $? 'the module goes'
like "$(new_log)" 'kept low 0 KiB, leaked 0 KiB' 'with nothing kept and nothing leaked'
done_testing
