#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Xen has hardly anything free, all of it low, and the domain's own low frames lie scattered: the
# pool is put together from these, and its data is right.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/../guest.sh"

want=$((512 << 20))
spare_nic

mark_log
insmod "$top/build/modules/$(uname -r)/tests/xsw_scatter.ko" 2>/dev/null
blocks=$(new_log | sed -n 's/.*scatter: blocks //p')
at_least "${blocks:-0}" $((want >> 20)) "${blocks:-no} blocks of the domain's free memory were scattered"
before=$(memory)
is "$(word_of m2p_wrong "$before")" 0 'P2M and M2P agree on them'
is "$(word_of low "$before")" "$(word_of frames "$before")" 'all frames of the domain are low'

mark_log
module_in pool_mb=$((want >> 20))
ok $? 'the module loads'
new_log | sed -n 's/.*xen_swiotlb: /# /p'
is "$(pool bytes)" $want 'the pool has all that was asked for'
at_least "$(pool exchange_fails)" 1 'Xen refused to give it'
at_least "$(pool assembled_bytes)" $((want / 8)) "$(pool assembled_bytes) bytes were assembled"
like "$(new_log | grep 'scattered frames')" 'KiB of it out of scattered frames of our own' 'which the log tells'
is "$(awk '$3 != 2097152' $debug/segments | wc -l)" 0 'in segments of 2 MiB'
during=$(memory)
is "$(word_of m2p_wrong "$during")" 0 'M2P and P2M agree on the frames dealt out'
is "$(word_of pte_wrong "$during")" 0 'and the page table on both'
is "$(word_of frames "$during")" "$(word_of frames "$before")" 'the domain has as many as before'

echo "$nic" >$control/attach
echo 1 >$control/force
for name in streaming limits coherent; do
	cases "$nic" $name
	unbind "$nic"
done
at_least "$(counter "$nic" bounce_forced)" 1 'all of them bounced'
is "$(pool used)" 0 'no slot is in use'
spare_nic_back

mark_log
module_out
ok $? 'the module goes'
like "$(new_log)" 'leaked 0 KiB' 'and leaks nothing'
after=$(memory)
is "$(word_of frames "$after")" "$(word_of frames "$before")" 'the domain has as many frames as before'
is "$(word_of m2p_wrong "$after")" 0 'every one is ours in the M2P'
is "$(word_of pte_wrong "$after")" 0 'and mapped where the P2M says'
done_testing
