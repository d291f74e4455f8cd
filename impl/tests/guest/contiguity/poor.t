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
both_phases_timed 'without Xen'
at_least "$dealt" 1000 'pages changed frames among themselves'
unwire
defrag_out
ok $? 'the module goes'
done_testing
