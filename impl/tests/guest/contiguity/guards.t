#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PV domain: what the defragmenter's files refuse, one run at a time, a stop, a freeze and an unload in
# the middle of a run.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"

scatter_free() { insmod "$top/build/modules/$(uname -r)/tests/xsw_scatter.ko" 2>/dev/null; }

lines() { new_log | grep -c 'xen_swiotlb_defrag: '; }

refuses_number() { # refuses_number FILE TEXT
	local before
	before=$(value "$1")
	mark_log
	refuses "$files/$1" "$2" "$1: '$2' is refused"
	is "$(value "$1") $(lines)" "$before 1" "$1: it is as before, and a line says so"
}

await_value() { # await_value FILE VALUE: in ten seconds
	local try
	for ((try = 0; try < 50; try++)); do
		[ "$(value "$1")" != "$2" ] || return 0
		sleep 0.2
	done
	return 1
}

scatter_free
frames=$(word_of frames "$(memory)")
defrag_in
ok $? 'the module loads'

# ---- numbers ----

refuses_number background nonsense
refuses_number background 1junk
refuses_number background 2
refuses_number pages_per_second junk
refuses_number pages_per_second -1
refuses_number pages_per_second 511
refuses_number held_bytes 08
refuses_number held_bytes 99999999999999999999
refuses_number width 41
refuses_number ask_xen 2
set_to pages_per_second 512
is "$? $(value pages_per_second)" '0 512' 'the least that it takes is taken'

# ---- one run ----

is "$(value run) $(value state) $(value result)" '0 idle none' 'nothing has run'
set_to start movable
is "$(value run) $(value state) $(value result)" '1 movable none' 'the first run has number 1, and no end yet'
mark_log
refuses $files/start hot 'a second run is refused'
is "$(lines)" 1 'and a line says so'
is "$(value run) $(value state)" '1 movable' 'the first goes on'

# ---- a freeze ----

thread=$(pgrep -x xsw_defrag)
echo freezer >/sys/power/pm_test
mark_log
passes 'all threads freeze in the middle of a run' tell /sys/power/state freeze
echo none >/sys/power/pm_test
is "$(new_log | grep -c 'refusing to freeze')" 0 'and none refuses'
is "$(value state)" movable 'the run has gone on since'

# ---- a stop, a number for each ----

set_to stop 1
await_value state idle
ok $? 'a stop ends it in ten seconds'
is "$(value run) $(value result)" '1 stopped' 'and it is told'
set_to start movable
is "$(value run) $(value result)" '2 none' 'the next one has the next number, and no end yet'
is "$(value contiguity_after | head -n 1)" 'pages 0' 'and what told of the one before is gone'

# ---- an unload ----

rmmod xen_swiotlb_defrag &
unloading=$!
for _ in $(seq 50); do
	[ -d /proc/$unloading ] || break
	sleep 0.2
done
is "$(grep -c '^xen_swiotlb_defrag ' /proc/modules)" 0 'the module goes in ten seconds in the middle of a run'
is "$(pgrep -x xsw_defrag)" '' "and its thread, which was $thread"
is_consistent 'afterwards'
done_testing
