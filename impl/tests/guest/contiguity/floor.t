#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In dom0: Xen's large free blocks are there after a run that held them, although it was given frames of
# lower memory for them. (Asked for single frames, Xen takes them from its highest memory, and cuts them out
# of large blocks there if nothing smaller is free.)
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"
# shellcheck source=impl/tests/guest/contiguity/eater.sh
. "$(dirname "$0")/eater.sh"

high() { # MiB that Xen has above 4 GiB
	$doctor --json 0.1 | jq '[.xen_free_by_width[] | select(.width > 32) | .bytes] | add / 1048576 | floor'
}

# What dom0 has given goes to another domain: so dom0 gets low memory for it.
# shellcheck disable=SC2317 # while_small
take_the_high() { eat again $(($(high) - 20)); }

low() { value contiguity | sed -n 's/^low //p'; } # pages of dom0's

defrag_in
ok $? 'the module loads'
eat reserve 200
ok $? 'a domain has 200 MiB, of the highest'
eat rest $(($(high) - 20))
ok $? 'one has the other high memory'
# shellcheck disable=SC2034 # for scatter
while_small=take_the_high
scatter
frames=$(word_of frames "$(memory)")
at_most "$(share_of_order 3 contiguity)" 900 'memory is scattered'
leave_xen 64
ok $? 'one has the low memory, but for 64 MiB'
xl destroy reserve
xens=$(high) low=$(low)
echo "# Xen has $(xen_free) MiB, $xens of them high; dom0 has $low low pages of $frames"
at_least "$xens" 150 'large blocks of high memory are free'
at_least "$low" 100000 'and dom0 has low memory'

set_to target_permille 1
set_to low_most_bytes $((512 << 20))
set_to xen_floor_blocks 150
for n in 1 2; do
	start_of movable
	told "run $n"
	is "$(value result)" target "run $n did nothing else"
	at_least "$(value xen_kept)" 80 'but held blocks, those of high memory among them'
	within "$(high)" "$xens" 20 'Xen has its high memory back'
	within "$(low)" "$low" 3 'and dom0 its low'
done
is_consistent 'afterwards'
xl destroy eater
xl destroy rest
xl destroy again
defrag_out
ok $? 'the module goes'
done_testing
