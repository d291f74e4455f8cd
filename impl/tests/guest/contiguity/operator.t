#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PV domain with two 64-bit network cards: the operator's runs and those in the background, by the
# front end.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"

await_state() { # await_state STATE: in half a minute
	local try
	for ((try = 0; try < 150; try++)); do
		[ "$(value state)" != "$1" ] || return 0
		sleep 0.2
	done
	return 1
}

# ends STATUS NAME ARGUMENTS...: the front end, with this status; sets said
ends() {
	local status=$1 name=$2
	shift 2
	"$front" "$@" >/tmp/said 2>&1
	is $? "$status" "$name"
	said=$(tail -n 1 /tmp/said)
}

goes_on='The background stays on and runs again when buffers straddle: xsw-defrag --background off ends that.'

insmod "$top/build/modules/$(uname -r)/tests/xsw_scatter.ko" 2>/dev/null
frames=$(word_of frames "$(memory)")
defrag_in
wire
ok $? 'the cards hear each other'

# ---- what is refused, and set ----

echo 'xen_swiotlb_defrag: a line of long ago' >/dev/kmsg
ends 2 'a number out of range is refused' --rate 777 --target 1001
is "$said" 'xsw-defrag: target_permille is refused: target_permille: 1001 is not in 1..1000' 'in a line that says why'
is "$(value pages_per_second)" 0 'and what came before it is not set'
ends 0 'the background with a limit' --background on --rate 777
is "$(value background) $(value pages_per_second)" '1 777' 'both are set'
is "$(value run)" 0 'and nothing is run'

# ---- straddling buffers ----

ends 0 'the background off' --background off
before=$(value straddles)
traffic 4
straddled=$(($(value straddles) - before))
at_least "$bounces" 500 '64-bit cards bounce'
within "$straddled" "$bounces" 50 'each is counted, as the kernel counts them'
set_to pages_per_second 512
set_to background_rate $((1 << 32))
set_to background 1
begin_traffic
sleep 4
is "$(value state) $(value runs)" 'idle 0' 'below the rate at which it is to begin the background does nothing'
set_to background_rate 10
await_state background
ok $? 'above it, a run in the background goes on'
is "$(value run) $(value result)" '0 none' "which is none of the operator's"

# ---- the operator's run takes its place ----

set_to pages_per_second 2000
ends 0 'a stop' stop
is "$(sed -n 1p /tmp/said)" 'The run in the background has ended.' 'a stop ends one in the background'
is "$said" "$goes_on" 'and says that the background stays on'
await_state background
ok $? 'which it does'
"$front" movable >/tmp/said_by_run 2>&1 &
running=$!
await_state movable
ok $? "the operator's run is taken"
for _ in $(seq 50); do
	[ "$(value blocks)" = 0 ] || break
	sleep 0.2
done
at_least "$(value blocks)" 1 'and begins in ten seconds'
is "$(value run)" 1 'with a number'
refuses $files/start hot 'it gives way to no other'
ends 0 'a stop' stop
is "$(sed -n 1p /tmp/said)" 'Stopped; memory is consistent, what was cured stays.' 'ends it, and says so'
is "$said" "$goes_on" 'and that the background stays on'
wait $running
is $? 1 'whoever began it is told so'
passes 'in a line' grep -qx 'Stopped; memory is consistent, what was cured stays.' /tmp/said_by_run

# ---- whose end it is ----

ends 0 'a run ends well beside the background' --rate 0 movable
is "$said" 'Done: nothing is left that can be cured.' 'and says so'
cured=$(value cured) exchanges=$(value exchanges)
at_least "$cured" 20 'it cured blocks'
set_to pages_per_second 512
runs=$(value runs)
for _ in $(seq 150); do
	if [ "$(value state)" = background ] || [ "$(value runs)" != "$runs" ]; then break; fi
	sleep 0.2
done
told 'when the background has begun anew'
is "$(value run) $(value result) $(value cured) $(value exchanges)" "2 done $cured $exchanges" \
	'what the files tell of it is as before'
ends 0 'the background off' --background off
await_state idle
ok $? 'ends a run in the background'
echo "# the background cured $(value background_cured) hot blocks"
end_traffic
is_consistent 'afterwards'
unwire
defrag_out
ok $? 'the module goes'
done_testing
