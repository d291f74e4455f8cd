#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a driver leaves mapped is named, quarantined, and never given to Xen.
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

tell $control/pool_bytes 0
at_least "$(pool bytes)" 1 'a segment with quarantined slots is not shrunk away'
is "$(pool quarantined)" 6 'they stay'
cases "$nic" streaming
unbind "$nic"
is "$(pool quarantined)" 6 'and are not used again'

spare_nic_back
mark_log
echo 0 >$tracing/events/xen_swiotlb/xsw_leak/enable
module_out
ok $? 'the module goes'
like "$(new_log)" 'leaked [1-9][0-9]* KiB' 'and says what it leaks on purpose'
after=$(memory)
is "$(word_of m2p_wrong "$after")" 0 'P2M and M2P agree'
done_testing
