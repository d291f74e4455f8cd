#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PV domain with two 64-bit network cards: it balloons down and up again and again while both phases
# run. No page is lost, no data is wrong, and afterwards a run cures what ballooning scattered.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"

whole=$(cat $balloon_target)
now_kb=/sys/devices/system/xen_memory/xen_memory0/info/current_kb

await_size() { # await_size KIB: for so long as a breath may take
	local try
	for ((try = 0; try < 40; try++)); do
		[ "$(cat $now_kb)" != "$1" ] || return 0
		sleep 0.25
	done
	return 1
}

breathe() { # the domain gives an eighth of its memory and takes it back, until it is to hold still
	while [ ! -e /tmp/still ]; do
		echo $((whole * 7 / 8)) >$balloon_target
		await_size $((whole * 7 / 8)) && echo given >>/tmp/breaths
		echo "$whole" >$balloon_target
		await_size "$whole" && echo taken >>/tmp/breaths
	done
}

breaths() { awk '/taken/ { n++ } END { print n + 0 }' /tmp/breaths; }

begin_breathing() {
	rm -f /tmp/still
	: >/tmp/breaths
	breathe &
	breathing=$!
}

end_breathing() { # end_breathing WHEN: there were some, and the domain is whole
	touch /tmp/still
	wait $breathing
	at_least "$(breaths)" 2 "$1: memory went to Xen and came back $(breaths) times"
	balloon "$whole"
	is "$(cat $now_kb)" "$whole" "$1: the domain is as large as before"
}

# beside JOB: while the domain breathes. The second phase has no end as long as it finds what was scattered
# anew: it has a dozen looks.
beside() {
	local job=$1
	set_to start "$job"
	begin_breathing
	for _ in $(seq 12); do
		traffic 2 >/dev/null
		if [ "$(value state)" = idle ] && [ "$(breaths)" -ge 2 ]; then break; fi
	done
	set_to stop 1
	wait_for_end
	end_breathing "$job"
	told "$job beside ballooning"
}

defrag_in
wire
ok $? 'the cards hear each other'
scatter_until_it_costs
verify_begin
stream_begin
set_to pages_per_second 20000
beside movable
at_least "$(value cured)" 20 'phase 1 cured blocks meanwhile'
is_consistent 'after phase 1 beside ballooning'
set_to pages_per_second 0
beside hot
at_least "$(value passes)" 1 'phase 2 made passes meanwhile'
is_consistent 'after phase 2 beside ballooning'
stream_end 'all the while'
like "$(verify_end)" '^[0-9]+ good$' 'data was right all the while'
start_of movable
told 'when it holds still'
like "$(value result)" '^(done|xen-floor)$' 'a run ends'
at_least $(($(value cured) + $(value busy) + $(value xen_kept))) "$(value scattered)" \
	'and has cured what ballooning scattered, but for what cannot be emptied and is held for Xen'
at_least "$(value cured)" 20 "$(value cured) blocks, to $(share_of_order 3 contiguity) per mille"
is_consistent 'in the end'
unwire
defrag_out
ok $? 'the module goes'
done_testing
