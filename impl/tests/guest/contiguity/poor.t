#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PV domU with two 64-bit network cards, while Xen has hardly a free page: frames are dealt out among
# the domain's own pages. dom0's part is bench/lab/tests/guest/contiguity.t.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"
# shellcheck source=impl/tests/guest/contiguity/allocations.sh
. "$(dirname "$0")/allocations.sh"
# shellcheck source=impl/tests/guest/contiguity/partner.sh
. "$(dirname "$0")/partner.sh"

defrag_in
ok $? 'the module loads'
wire
ok $? 'the cards hear each other'
traffic 4
scatter
frames=$(word_of frames "$(memory)")
step scattered scarce
what_scattered_costs
watch_allocations
traffic 4
echo "# longest allocation without it: $(longest_allocation) us"
verify_begin
stream_begin
under_load movable
stream_end 'without Xen'
no_allocation_hung 'in phase 1'
paste -sd' ' $files/xen_extents | sed 's/^/# extents taken, refused: /'
at_least "$(value dealt_pages)" 1000 'pages changed frames among themselves'
traffic 4
echo "# after phase 1: $bounces of $scattered"
: >"$tracing/trace"
cure_hot
no_allocation_hung 'in phase 2'
watch_no_more
hardly_bounces 'without Xen'
like "$(verify_end)" '^[0-9]+ good$' 'data was right all the while'
is_consistent 'without Xen'
unwire
defrag_out
ok $? 'the module goes'
done_testing
