#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A driver that unmaps what is not its own, or allocates below a mask of 0: counted, told, harmless.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

spare_nics
victim=${nics[0]}
culprit=${nics[1]}
module_in pool_mb=16
for nic in "${nics[@]:0:2}"; do echo "$nic" >$control/attach; done

cases "$victim" keep
is "$(counter "$culprit" stray_unmaps)" '' 'no count before it was attached'
cases "$culprit" stray
is "$(counter "$culprit" stray_unmaps)" 3 'three unmaps of what is not its own are counted'
is "$(counter "$victim" stray_unmaps)" 0 'none of them against the other device'
like "$(new_log | grep -m 1 " unmaps ")" "$culprit: xen_swiotlb: xsw_cases unmaps .* at 0x" \
	'a line names the device, the driver and the address'
at_most "$(new_log | grep -c " unmaps ")" 3 'and no more than one comes a second'
is "$(grep -c "^$victim .* live$" $debug/mappings)" 1 "the other device's mapping is live"
is "$(pool used)" 8 'and all that is in use'
unbind "$culprit"
unbind "$victim"
is "$(pool used)" 0 'its own unmap ends it'
is "$(counter "$victim" maps)" "$(counter "$victim" unmaps)" 'and is counted'

before=$(memory)
cases "$culprit" mask0
unbind "$culprit"
after=$(memory)
is "$(word_of m2p_wrong "$after")" 0 'P2M and M2P agree'
is "$(word_of pte_wrong "$after")" 0 'and the page table with both'
is "$(word_of frames "$after")" "$(word_of frames "$before")" 'the domain has as many frames as before'

spare_nics_back
mark_log
module_out
ok $? 'the module goes'
like "$(new_log)" 'kept low 0 KiB, leaked 0 KiB' 'with nothing kept and nothing leaked'
done_testing
