#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a driver leaves mapped is named and quarantined; its device lingers until the operator detaches
# it, and what is quarantined then is never given to Xen.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

spare_nic
module_in pool_mb=16 force=1
echo "$nic" >$control/attach
echo 1 >$tracing/events/xen_swiotlb/xsw_leak/enable
echo >$tracing/trace

cases "$nic" leak
is "$(grep -c ' live$' $debug/mappings)" 3 'three mappings are live'
mark_log
unbind "$nic"
is "$(new_log | grep -c 'driver left 3000 bytes mapped')" 3 'each is named when the driver leaves'
is "$(counter "$nic" leaked)" 3 'and counted'
is "$(grep -c 'xsw_leak:.*size=3000' $tracing/trace)" 3 'and traced'
is "$(grep -c ' quarantined$' $debug/mappings)" 3 'their slots are quarantined'
is "$(pool quarantined)" 6 'two slots each'
is "$(awk '{ n += $5 } END { print n }' $debug/segments)" 6 'which the segments say too'

is "$(state_of "$nic")" 'lingering 3' 'the device lingers'
rmmod xen_swiotlb 2>/dev/null
ok $((! $?)) 'and keeps the module'

cases "$nic" streaming
is "$(state_of "$nic")" 'attached xsw_cases' 'another driver may bind it'
is "$(cat /sys/module/xen_swiotlb/refcnt)" 1 'with the same reference'
refuses $control/detach "$nic" 'it cannot be detached then'
unbind "$nic"
is "$(state_of "$nic")" 'lingering 3' 'without a driver it lingers on'
is "$(counter "$nic" leaked)" 3 'nothing more was left'

tell $control/pool_bytes 0
at_least "$(pool bytes)" 1 'a segment with quarantined slots is not shrunk away'
is "$(pool quarantined)" 6 'they stay'

mark_log
tell $control/detach "$nic"
ok $? 'the operator detaches it'
like "$(new_log)" '3 mappings and blocks stay quarantined for good' 'which says what stays'
is "$(state_of "$nic")" '' 'it is not wanted any more'
is "$(cat /sys/module/xen_swiotlb/refcnt)" 0 'and keeps the module no more'
is "$(pool quarantined)" 6 'what it left is still quarantined'
refuses $control/detach "$nic" 'it cannot be detached twice'

tell $control/attach "$nic"
cases "$nic" streaming
unbind "$nic"
is "$(pool quarantined)" 6 'and is not used again, attached anew'
is "$(state_of "$nic")" waiting 'which leaves nothing'

spare_nic_back
mark_log
echo 0 >$tracing/events/xen_swiotlb/xsw_leak/enable
module_out
ok $? 'the module goes'
like "$(new_log)" 'leaked [1-9][0-9]* KiB' 'and says what it leaks on purpose'
after=$(memory)
is "$(word_of m2p_wrong "$after")" 0 'P2M and M2P agree'
done_testing
