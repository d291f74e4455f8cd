#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Devices are taken over at bind and given back; in use, the module stays.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

nvme=$(find_nvme)
nic=$(find_nics | head -n 1)
[ -n "$nvme" ] || bail 'no NVMe disk'
[ -n "$nic" ] || bail 'no network card to spare'
nic_driver=$(driver_of "$nic")

module_in devices="$nic"
is "$(state_of "$nic")" waiting 'a device named at load waits for its driver to bind'
refuses $control/attach "$nvme" 'a device whose driver is bound is not taken'

take "$nvme"
is "$(state_of "$nvme")" 'attached nvme' 'the NVMe is taken over at bind'
node=$(nvme_node "$nvme")
dd if="$node" of=/dev/null bs=64k count=16 iflag=direct status=none
ok $? 'and reads'
at_least "$(counter "$nvme" maps)" 1 'its maps are counted'
unbind "$nic"
bind "$nic" "$nic_driver"
is "$(state_of "$nic")" "attached $nic_driver" 'the network card too'

refuses $control/detach "$nvme" 'an attached device is not let go'
rmmod xen_swiotlb 2>/dev/null
ok $((! $?)) 'the module cannot be unloaded in use'
is "$(cat /sys/module/xen_swiotlb/refcnt)" 2 'two devices, two references'

unbind "$nic"
is "$(state_of "$nic")" waiting 'unbound, the card waits again'
cases "$nic" fail
sleep 1
is "$(driver_of "$nic")" '' 'a probe that failed leaves it without a driver'
is "$(state_of "$nic")" waiting 'and gives it back, its managed memory freed'
is "$(cat /sys/module/xen_swiotlb/refcnt)" 1 'with its reference'
cases_end "$nic"
echo "$nic" >$control/detach
bind "$nic" "$nic_driver"
is "$(state_of "$nic")" '' 'let go, it binds without us'

is "$(pool quarantined)" 0 'nothing was left mapped'
give_back "$nvme"
dd if="$(nvme_node "$nvme")" of=/dev/null bs=64k count=16 iflag=direct status=none
ok $? 'the NVMe reads with the kernel'"'"'s own operations again'
rmmod xsw_cases
module_out
ok $? 'the module goes when nothing is attached'
done_testing
