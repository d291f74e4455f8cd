#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The DMA API case by case, with the kernel's own operations and with the module's.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

spare_nic

all_cases() { # all_cases [NAME...]
	local name
	[ $# -gt 0 ] || set -- streaming limits coherent
	for name in "$@"; do
		cases "$nic" "$name"
		unbind "$nic"
	done
}

# Before 6.10 it loses bytes where a mapping begins with padding: no measure for those cases.
echo '# the kernel'"'"'s own'
if sort -VC <<<"6.10"$'\n'"$(uname -r)"; then all_cases; else all_cases limits coherent; fi
segments() { while read -r n bus rest; do echo "$n $((bus)) $rest"; done <$debug/segments; }

module_in pool_mb=16
echo "$nic" >$control/attach
echo '# the module, mask of 32 bits'
all_cases
is "$(awk '$2 < 2 ^ 30' <(segments) | wc -l)" 0 'no segment is below 1 GiB: nobody needs one'
echo 1 >$tracing/events/xen_swiotlb/xsw_alloc/enable
echo >$tracing/trace
cases "$nic" masks
unbind "$nic"
echo 0 >$tracing/events/xen_swiotlb/xsw_alloc/enable
is "$(grep -c 'xsw_alloc:.* size=8192 atomic=1 from=reserve' $tracing/trace)" 1 \
	'the reserve for callers that may not sleep moved below 1 GiB with the mask'
at_least "$(awk '$2 < 2 ^ 30' <(segments) | wc -l)" 1 'for a mask of 30 bits there is one'
at_least "$(counter "$nic" bounce_mask)" 1 'they bounced because of the mask'
at_least "$(counter "$nic" fail_full)" 1 'the full pool failed with that reason'
at_least "$(counter "$nic" fail_too_large)" 1 '4 MiB failed with theirs'
at_least "$(counter "$nic" coherent_allocs)" 1 'coherent allocations are counted'
is "$(counter "$nic" coherent_allocs)" "$(counter "$nic" coherent_frees)" 'and their frees'
is "$(counter "$nic" maps)" "$(counter "$nic" unmaps)" 'every map has its unmap'
is "$(pool used)" 0 'no slot is in use'
is "$(pool coherent_used_bytes)" 0 'no coherent byte either'
is "$(wc -l <$debug/mappings)" 0 'no mapping is live'
echo 1 >$control/force
echo '# the module, forced'
all_cases
at_least "$(counter "$nic" bounce_forced)" 1 'they bounced by force'
spare_nic_back
mark_log
module_out
ok $? 'the module goes'
like "$(new_log)" 'kept low 0 KiB, leaked 0 KiB' 'with nothing kept and nothing leaked'
done_testing
