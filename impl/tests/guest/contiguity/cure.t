#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PV domain, dom0 or domU, with two 64-bit network cards: it balloons, its buffers bounce, and what
# the doctor says ends it.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"
# shellcheck source=impl/tests/guest/contiguity/allocations.sh
. "$(dirname "$0")/allocations.sh"

defrag_in
ok $? 'the module loads'
wire
ok $? 'the cards hear each other'
traffic 4
scatter_until_it_costs
doctor_finds_it
both_phases_timed 'with Xen'
at_least "$blocks_cured" 20 'phase 1 cured blocks'
doctor_is_content
is_consistent 'beside the background'

# ---- devices of the other module ----

unwire
module_in pool_mb=32
for nic in "${nics[@]}"; do
	take "$nic"
done
scatter
wire
ok $? 'attached to the other module the cards hear each other'
before=$(value attached_straddles)
traffic 4
straddled=$(($(value attached_straddles) - before))
is "$bounces" 0 'the kernel bounces nothing then'
at_least "$straddled" 200 "but that module does, on scattered memory: $straddled"
# straddled_in_4_s: sets left, and tells what that is of what was on scattered memory.
straddled_in_4_s() {
	local before
	before=$(value attached_straddles)
	traffic 4
	left=$(($(value attached_straddles) - before))
	echo "# $left of $straddled are left ($((left * 1000 / straddled)) in 1000)"
}
# Phase 2 alone need not end them all: it cures what the page allocator hands out, and a buffer may get
# a page from among those of programs, once they free one. 20 to 50 in 1000 were left as long as a pass
# ended at 128 blocks in a row; none of 11,208 since passes that cure nothing look further.
# How long the background takes is a matter of the host: it has half a minute, three times.
set_to background 1
for try in 1 2 3; do
	traffic 30
	straddled_in_4_s
	[ $((left * 50)) -gt "$straddled" ] || break
done
set_to background 0
told 'in the background'
at_most "$left" $((straddled / 50)) 'the background notices those, and ends all but 2 % without a run of phase 1'
under_load movable
cure_hot
straddled_in_4_s
at_most "$left" $((straddled / 200)) 'with phase 1, at most 0.5 % are left'
unwire
for nic in "${nics[@]}"; do
	give_back "$nic"
done
module_out
ok $? 'the other module goes first'
is "$(value attached_straddles)" 0 'and is missed by nobody'
is_consistent 'in the end'
defrag_out
ok $? 'the module goes'
done_testing
