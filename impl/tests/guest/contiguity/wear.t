#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PV domain with two 64-bit network cards: how long a cure lasts without the background while
# modules are built for the kernel, and what ends it. A build changes no page's frame, so that nothing
# becomes scattered: blocks that were in use when the rest was cured come into other hands. Ballooning
# does scatter memory again.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"
# shellcheck source=impl/tests/guest/contiguity/churn.sh
. "$(dirname "$0")/churn.sh"

slices=${XSW_SLICES:-6} # of a minute
slice=60

# told_wear WHEN: of the last traffic; sets permille
told_wear() {
	local would
	would=$(as_scattered)
	permille=$((would ? bounces * 1000 / would : 0))
	echo "# $1: $bounces buffers bounced of $would that would on scattered memory ($permille in 1000);" \
		"in blocks of 32 KiB and more $(share_of_order 3 contiguity) in 1000 of memory"
}

defrag_in
wire
ok $? 'the cards hear each other'
scatter_until_it_costs
verify_begin
under_load movable
cure_hot
hardly_bounces 'cured'
told_wear 'cured'
share=$(share_of_order 3 contiguity)

# ---- used, and nothing else ----

traffic $slice
told_wear 'after a minute of traffic alone'

# ---- a build ----

stream_begin
build_modules $((slices * slice)) 4 &
building=$!
for ((n = 1; n <= slices; n++)); do
	traffic $slice
	told_wear "after $n minutes of building"
done
wait $building
stream_end 'while modules were built'
built=$(objects)
at_least "$built" 1 "objects were built: $built"
within "$(share_of_order 3 contiguity)" "$share" 1 'no memory became scattered by that'
is "$(word_of frames "$(memory)")" "$frames" 'and the domain has as many frames as before'
worn=$permille
start_of movable
told 'what a run finds then'
like "$(value result)" '^(done|xen-floor)$' 'a run ends'
traffic 4
told_wear 'after that run of phase 1'
cure_hot
hardly_bounces 'cured once more'

# ---- ballooning ----

whole=$(cat $balloon_target)
balloon $((whole * 7 / 8))
balloon "$whole"
at_most "$(share_of_order 3 contiguity)" $((share - 5)) 'an eighth that goes to Xen and comes back is scattered'
traffic 8
told_wear 'after it'
at_least "$permille" $((worn < 20 ? 20 : worn)) 'which ends the cure sooner than a build does'
under_load movable
cure_hot
hardly_bounces 'and is cured as before'
like "$(verify_end)" '^[0-9]+ good$' 'data was right all the while'
is_consistent 'in the end'
defrag_out
ok $? 'the module goes'
done_testing
