#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Trace events have the fields that the ABI promises, and add up to the counters.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

nvme=$(find_nvme)
[ -n "$nvme" ] || bail 'no NVMe disk'
events=$tracing/events/xen_swiotlb

has_fields() { # has_fields EVENT FIELD...
	local event=$1 got
	shift
	got=$(sed -n 's/.*field:.* \([a-z_]*\);.*offset.*/\1/p' "$events/$event/format" | grep -v '^common_')
	is "$(sort <<<"$got" | xargs)" "$(printf '%s\n' "$@" | sort | xargs)" "fields of $event"
}

module_in pool_mb=16
dev='domain bus_nr devfn'
# shellcheck disable=SC2086 # three words
{
	has_fields xsw_map $dev phys dma_addr size dir attrs reason slots ns
	has_fields xsw_unmap $dev dma_addr size dir attrs slots ns
	has_fields xsw_claim $dev slots
	has_fields xsw_release $dev slots
	has_fields xsw_sync $dev dma_addr size dir for_cpu ns
	has_fields xsw_full $dev phys size dir fail used slots largest_free
	has_fields xsw_alloc $dev dma_addr size atomic from ns
	has_fields xsw_free $dev dma_addr size ns
	has_fields xsw_exchange op extents order address_bits exchanged result rc ns
	has_fields xsw_leak $dev dma_addr size slots age_ns
}

echo 32768 >$tracing/buffer_size_kb
echo 1 >$events/enable
echo >$tracing/trace
take "$nvme"
node=$(nvme_node "$nvme")
dd if="$node" of=/dev/null bs=128k count=16 iflag=direct status=none
echo 1 >$control/force
dd if="$node" of=/dev/null bs=128k count=16 iflag=direct status=none
echo $((24 << 20)) >$control/pool_bytes
give_back "$nvme"
echo 0 >$events/enable
cat $tracing/trace >/tmp/trace

sum() { # sum EVENT FIELD [PATTERN]: of our device
	grep " $1: $nvme .*${3:-}" /tmp/trace | grep -oE "\b$2=[0-9]+" | cut -d= -f2 |
		awk '{ n += $1 } END { print n + 0 }'
}
count() { grep -c " $1: $nvme .*${2:-}" /tmp/trace; }

is "$(count xsw_map)" "$(counter "$nvme" maps)" 'one xsw_map a map'
is "$(sum xsw_map size)" "$(counter "$nvme" map_bytes)" 'their sizes add up to map_bytes'
is "$(count xsw_map reason=forced)" "$(counter "$nvme" bounce_forced)" 'forced ones as many as counted'
is "$(sum xsw_map size reason=forced)" "$(counter "$nvme" bounce_bytes)" 'and as many bytes'
at_least "$(count xsw_map reason=forced)" 1 'there were some'
is "$(count xsw_unmap)" "$(counter "$nvme" unmaps)" 'one xsw_unmap an unmap'
is "$(sum xsw_unmap slots)" "$(sum xsw_map slots)" 'the slots taken and released are the same'
is "$(sum xsw_claim slots) $(sum xsw_release slots)" "$(sum xsw_map slots) $(sum xsw_unmap slots)" \
	'xsw_claim and xsw_release tell the same slots'
is "$(count xsw_map 'reason=forced.*slots=0')" 0 'a bounced map takes slots'
is "$(count xsw_map 'reason=direct.*slots=[1-9]')" 0 'a direct one none'
is "$(count xsw_alloc)" "$(counter "$nvme" coherent_allocs)" 'one xsw_alloc an allocation'
is "$(count xsw_free)" "$(counter "$nvme" coherent_frees)" 'one xsw_free a free'
at_least "$(count xsw_map 'ns=[1-9][0-9]*$')" 1 'durations are measured while the event is enabled'
# With two CPUs Xen's clock stands still for the one that is behind.
measured='[0-9]'
if [ "$(nproc)" -eq 1 ]; then
	measured='[1-9]'
	is "$(count xsw_map 'ns=0$')" 0 'every one of them'
fi
like "$(grep xsw_exchange: /tmp/trace | head -n 1)" \
	"op=make extents=[0-9]+ order=[0-9]+ address_bits=32 exchanged=[0-9]+ result=ok rc=0 ns=$measured" \
	'the exchange of a growing pool'

# These two by themselves: what does not bounce is not told.
echo >$tracing/trace
echo 0 >$control/force
take "$nvme"
node=$(nvme_node "$nvme")
direct=$(counter "$nvme" maps) bounced=$(counter "$nvme" bounce_forced) bytes=$(counter "$nvme" bounce_bytes)
echo 1 >$events/xsw_claim/enable
echo 1 >$events/xsw_release/enable
dd if="$node" of=/dev/null bs=128k count=16 iflag=direct status=none
echo 1 >$control/force
dd if="$node" of=/dev/null bs=128k count=16 iflag=direct status=none
echo 0 >$control/force
direct=$(($(counter "$nvme" maps) - direct)) bounced=$(($(counter "$nvme" bounce_forced) - bounced))
bytes=$(($(counter "$nvme" bounce_bytes) - bytes))
echo 0 >$events/enable
cat $tracing/trace >/tmp/trace
at_least "$bounced" 16 'maps bounce while only xsw_claim and xsw_release are told'
at_least $((direct - bounced)) 16 'and others do not'
is "$(count xsw_claim) $(count xsw_release)" "$bounced $bounced" 'each that bounces is told, at both ends'
is "$(sum xsw_claim slots) $(sum xsw_release slots)" "$((bytes / 2048)) $((bytes / 2048))" 'with its slots'
is "$(grep -c ' xsw_[a-z]*: ' /tmp/trace)" $((2 * bounced)) 'and nothing else is'
give_back "$nvme"
module_out
done_testing
