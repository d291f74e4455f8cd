#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In dom0, with two 64-bit network cards: what the doctor names cures scattered memory, and in the
# background the defragmenter keeps it so for ten minutes of churn.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"
# shellcheck source=impl/tests/guest/contiguity/churn.sh
. "$(dirname "$0")/churn.sh"

churn=${XSW_CHURN:-600} # seconds
slice=60

defrag_in
wire
ok $? 'the cards hear each other'
scatter_until_it_costs

# ---- the doctor's next step ----

doctor_finds_it
traffic 60 &
sleep 1
"$front" all >/tmp/said 2>&1
is $? 0 'the front end runs it to its end'
sed 's/^/# /' /tmp/said
wait $!
"$front" --background on
is "$?" 0 'and leaves it on in the background'
hardly_bounces 'after what the doctor names'
doctor_is_content

# ---- kept up ----

set_to background 1
verify_begin
stream_begin
cpu=$(value cpu_ms) runs=$(value runs) all=0 would=0 began=$SECONDS
build_modules "$churn" &
building=$!
churn_files "$churn" &
churning=$!
while [ $((SECONDS - began)) -lt "$churn" ]; do
	traffic $slice
	all=$((all + bounces)) would=$((would + $(as_scattered)))
	echo "# after $((SECONDS - began)) s: $(value runs) runs, $(value cpu_ms) ms of CPU"
done
wait $building $churning
built=$(objects) took=$((SECONDS - began)) cpu=$(($(value cpu_ms) - cpu))
echo "# in $took s: $all bounces, $would if memory were scattered; $(($(value runs) - runs)) runs," \
	"$cpu ms of CPU ($((cpu * 10 / took)) of ten thousand); $built objects built"
at_least "$took" "$churn" 'it went on for so long'
at_least "$built" 1 'and something was built'
at_least "$would" 10000 'with enough traffic to tell'
at_most $((all * 100)) "$would" 'in the background bounces stay below 1 %'
at_most $((cpu * 100)) $((took * 1000 * 5)) 'which takes 5 % of a CPU at most'
stream_end 'all the while'
like "$(verify_end)" '^[0-9]+ good$' 'data was right all the while'
set_to background 0
wait_for_end
is_consistent 'after the background'
defrag_out
ok $? 'the module goes'
done_testing
