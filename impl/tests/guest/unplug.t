#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Devices that vanish under load, drivers that come while a failed probe is not yet dealt with.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

nvme=$(find_nvme)
[ -n "$nvme" ] || bail 'no NVMe disk'

# ---- unplugged under load ----
module_in pool_mb=16 force=1
take "$nvme"
for turn in 1 2; do
	node=$(nvme_node "$nvme")
	timeout 100 fio --name=load --filename="$node" --rw=randrw --bsrange=4k-128k --size=24M \
		--runtime=60 --time_based --iodepth=16 --ioengine=libaio --direct=1 >/tmp/load.fio 2>&1 &
	load=$!
	maps=$(counter "$nvme" maps)
	for ((try = 0; try < 100 && $(counter "$nvme" maps) < maps + 200; try++)); do sleep 0.1; done
	at_least "$(counter "$nvme" maps)" $((maps + 200)) "turn $turn: there is load"
	timeout 90 bash -c "echo 1 >'/sys/bus/pci/devices/$nvme/remove'"
	ok $? "turn $turn: the device is unplugged"
	wait $load
	ok "$([ ! -e "/sys/bus/pci/devices/$nvme" ]; echo $?)" "turn $turn: it is gone"
	is "$(state_of "$nvme")" waiting "turn $turn: the module waits for it"
	is "$(cat /sys/module/xen_swiotlb/refcnt)" 0 "turn $turn: and can go"
	is "$(counter "$nvme" leaked)" 0 "turn $turn: nothing was left"
	is "$(counter "$nvme" maps)" "$(counter "$nvme" unmaps)" "turn $turn: all was unmapped"
	is "$(pool used)" 0 "turn $turn: no slot is in use"
	is "$(pool coherent_used_bytes)" 0 "turn $turn: no coherent byte either"
	echo 1 >/sys/bus/pci/rescan
	node=$(nvme_node "$nvme")
	is "$(state_of "$nvme")" 'attached nvme' "turn $turn: back again, it is taken over"
	dd if="$node" of=/dev/null bs=64k count=16 iflag=direct status=none
	ok $? "turn $turn: and reads"
done
give_back "$nvme"
nvme_node "$nvme" >/dev/null

# ---- bound again while a failed probe is pending ----
spare_nic
echo "$nic" >$control/attach
cases "$nic" fail
for turn in $(seq 15); do
	echo fail >/sys/module/xsw_cases/parameters/run
	bind "$nic" xsw_cases 2>/dev/null
	echo keep >/sys/module/xsw_cases/parameters/run
	bind "$nic" xsw_cases
	states+=("$(state_of "$nic")")
	unbind "$nic"
	states+=("$(state_of "$nic") $(cat /sys/module/xen_swiotlb/refcnt)")
done
is "$(printf '%s\n' "${states[@]}" | sort | uniq -c | xargs)" '15 attached xsw_cases 15 waiting 0' \
	'each time it is attached at once, and given back with its driver'

# Two who bind and unbind at once, some probes fail
races() {
	local n
	for ((n = 0; n < 40; n++)); do
		echo "$1" >/sys/module/xsw_cases/parameters/run
		bind "$nic" xsw_cases
		unbind "$nic"
	done
}
races fail 2>/dev/null &
one=$!
races keep 2>/dev/null &
other=$!
wait $one $other
sleep 1
[ -z "$(driver_of "$nic")" ] || unbind "$nic"
is "$(state_of "$nic")" waiting 'after two raced for it, it waits'
is "$(cat /sys/module/xen_swiotlb/refcnt)" 0 'without a reference left'
is "$(pool used)" 0 'no slot is in use'
is "$(pool coherent_used_bytes)" 0 'no coherent byte either'
is "$(counter "$nic" leaked)" 0 'nothing leaked'
spare_nic_back
module_out
ok $? 'the module goes'
done_testing
