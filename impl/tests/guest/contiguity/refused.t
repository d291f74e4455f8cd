#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PV domain to which Xen permits no exchange above order 6: what it refuses, a target out of reach,
# limits of zero, an interrupt and an unload in the middle each take one line, and all is consistent.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"

permitted=6

extents_above() { # extents_above ORDER: how many Xen gave
	awk -v order="$1" 'substr($1, 6) > order { n += $2 } END { print n + 0 }' $files/xen_extents
}

# One line of the log says what Xen does not permit: it ends a run of phase 1 no worse.
forbids() { # forbids WHEN LINE RESULT
	mark_log
	start_of movable
	told "$1"
	is "$(value result)" "$3" "a run comes to its end: $3"
	is "$(new_log | grep -c "Xen permits this domain no exchange of order $2")" 1 \
		'it says in one line what Xen does not permit'
}

said() { new_log | grep -c 'xen_swiotlb_defrag: '; } # lines in the log since mark_log

defrag_in
ok $? 'the module loads'
scatter
frames=$(word_of frames "$(memory)")
share=$(share_of_order 3 contiguity)
at_most "$share" 900 'memory is scattered'

# ---- limits of zero ----

for limit in held_bytes low_most_bytes background_rate; do
	mark_log
	refuses $files/$limit 0 "$limit of 0 is refused"
	is "$(said)" 1 "$limit: in one line"
done
for limit in pages_per_second free_floor_bytes xen_floor_blocks target_permille width; do
	before=$(value $limit)
	set_to $limit 0
	is "$? $(value $limit)" '0 0' "$limit of 0 is none"
	set_to $limit "$before"
done

# ---- an order that Xen does not permit ----

forbids 'as it is loaded' '9: it was asked for nothing' xen-floor
is "$(extents_above 0)" 0 'Xen, whose large blocks cannot be held, was asked for nothing'
at_least "$(value dealt_pages)" 1000 'and frames were dealt out'
is_consistent 'without permission'
set_to xen_floor_blocks 0
forbids 'with orders up to 6' '7$' 'done'
is "$(extents_above $permitted)" 0 'Xen gave no extent above that order'
at_least "$(extents_above $((permitted - 1)))" 10 'but many of it'
at_least "$(share_of_order 3 contiguity)" 950 'which cures what network cards use'
is_consistent 'with what is permitted'

# ---- a target out of reach, by the front end ----

scatter
frames=$(word_of frames "$(memory)")
"$front" --target 1000 movable >/tmp/said 2>&1
is $? 1 'a target that cannot be reached ends a run early'
is "$(tail -n 1 /tmp/said)" 'The target is not reached, and nothing is left that can be cured.' 'and it is told in one line'
is "$(value result)" target-missed 'and by the module'
set_to target_permille 0
is_consistent 'after a target out of reach'

# ---- more than the domain has free ----

scatter
frames=$(word_of frames "$(memory)")
"$front" --keep 100000 movable >/tmp/said 2>&1
is $? 1 'a floor above all memory ends a run early'
is "$(tail -n 1 /tmp/said)" "Ended: the domain's free memory is at its floor (--keep)." 'and it is told in one line'
is "$(value cured)" 0 'nothing was touched'
set_to free_floor_bytes $((64 << 20))

# ---- an interrupt, an unload ----

scatter
frames=$(word_of frames "$(memory)")
set_to pages_per_second 20000
timeout --preserve-status -s INT 2 "$front" movable >/tmp/said 2>&1
is $? 1 'Ctrl-C ends a run early'
is "$(tail -n 1 /tmp/said)" 'Stopped; memory is consistent, what was cured stays.' 'and it is told in one line'
at_least "$(value scattered)" $(($(value cured) + $(value busy) + 1)) 'in the middle'
is_consistent 'after Ctrl-C'
set_to start movable
sleep 1
defrag_out
ok $? 'the module goes in the middle of a run'
is_consistent 'after unload'
done_testing
