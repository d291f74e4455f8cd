#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PV domU that dom0 serves: the defragmenter runs while its pages are granted to dom0's backends,
# and the domain is saved and restored between two runs and during one. dom0's part is
# bench/lab/tests/guest/granted.t.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"
# shellcheck source=impl/tests/guest/contiguity/partner.sh
. "$(dirname "$0")/partner.sh"

defrag_in
ok $? 'the module loads'
scatter
frames=$(word_of frames "$(memory)")
at_most "$(share_of_order 3 contiguity)" 950 'memory is scattered'

# ---- under load: what the disk and the card move lies in pages that are granted ----

step scattered serving
bench/lab/guest/domu-load >/tmp/said 2>&1 &
load=$!
runs=0 cured=0
while kill -0 $load 2>/dev/null; do
	start_of all
	runs=$((runs + 1)) cured=$((cured + $(value cured) + $(value hot_cured)))
done
wait $load
ok $? 'the load was served'
sed 's/^/# /' /tmp/said
at_least "$cured" 20 "blocks were cured meanwhile, in $runs runs"
passes 'fio found what it wrote' grep -qE '^fio error 0 written 16777216 read 16777216' /tmp/said
is_consistent 'under load'

# ---- saved and restored: all frames are others then ----

verify_begin
step between restored
ok $? 'restored between two runs'
frames=$(word_of frames "$(memory)")
start_of all
told 'restored'
like "$(value result)" '^(done|xen-floor)$' 'it runs as before'
is_consistent 'restored'
scatter
frames=$(word_of frames "$(memory)")
set_to pages_per_second 1000
mark_log
set_to start movable
sleep 1
step during restored
is "$(value state)" movable 'restored during a run, which goes on'
set_to pages_per_second 0
set_to stop 1
wait_for_end
told 'saved meanwhile'
is "$(new_log | grep -c 'the domain was restored meanwhile')" 1 'what it held for the other Xen it tells to protect nothing'
start_of all
told 'after it'
like "$(value result)" '^(done|xen-floor)$' 'another run ends'
like "$(verify_end)" '^[0-9]+ good$' 'data was right all the while'
is_consistent 'after all'
defrag_out
ok $? 'the module goes'
done_testing
