#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In dom0, with two 64-bit network cards: memory is scattered, buffers bounce, and the defragmenter
# ends it; with Xen's help, then with hardly a free page of Xen's, then in the background.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"

front=$top/impl/defrag/defrag
doctor="$top/build/traces/xswbounce doctor"
churn=${XSW_CHURN:-60} # seconds in the background

xen_free() { xl info | sed -n 's/^free_memory *: //p'; }

leave_xen() { # leave_xen MIB: a domain that never runs has the rest
	cat >/tmp/eater <<-EATER
		name="eater"
		type="pv"
		kernel="/boot/vmlinuz-$(uname -r)"
		memory=$(($(xen_free) - $1))
	EATER
	timeout 200 xl create -p -q /tmp/eater
}

# is_consistent NAME: the sweep of all memory, and as many frames as ever
is_consistent() {
	local now
	now=$(memory)
	is "$(word_of m2p_wrong "$now")" 0 "$1: M2P and P2M agree on every page"
	is "$(word_of pte_wrong "$now")" 0 "$1: and the page table on both"
	is "$(word_of frames "$now")" "$frames" "$1: the domain has as many frames as before"
}

under_load() { # under_load JOB: while the wire is busy
	traffic 8 &
	sleep 1
	start_of "$1"
	wait $!
	told "$1 under load"
}

# ---- what is refused ----

defrag_in
ok $? 'the module loads, without a pool and without a device'
refuses $files/start nonsense 'a job that is none'
refuses $files/held_bytes 0 'holding nothing'
refuses $files/pages_per_second 1 'a rate below a block a second'
refuses $files/target_permille 1001 'more than all'
refuses $files/width 12 'a width without memory'
is "$(value state) $(value result)" 'idle none' 'nothing has run'
wire
ok $? 'the cards hear each other'
traffic 4
at_most "$bounces" 50 'on fresh memory hardly a buffer bounces'

# ---- with Xen's help ----

scatter
frames=$(word_of frames "$(memory)")
at_most "$(share_of_order 3 contiguity)" 900 'memory is scattered'
traffic 4
scattered=$bounces
at_least "$scattered" 1000 'and 64-bit cards bounce'
(sleep 0.5 && ip netns exec xsw0 timeout 60 iperf3 -c 10.99.0.2 -t 10 >/dev/null) &
$doctor --json 2 >/tmp/doctor.json 2>/tmp/doctor.err
is $? 1 "the doctor finds something to do $(head -n 2 /tmp/doctor.err)"
is "$(jq -r .verdict /tmp/doctor.json)" straddling 'it says that buffers straddle'
is "$(jq .pages /tmp/doctor.json)" "$frames" 'it has looked at every page'
is "$(jq '.pages_by_order | add' /tmp/doctor.json)" "$frames" 'each of which is of some order'
at_least "$(jq .straddles /tmp/doctor.json)" 100 'it counts them'
at_most "$(jq '.walk_seconds * 1000 | floor' /tmp/doctor.json)" 2000 'the walk takes less than two seconds'
is "$(jq '.pages_by_order[9] * 1000 / .pages | floor' /tmp/doctor.json)" "$(share_of_order 9 contiguity)" \
	'the module counts the same'
wait

verify_begin
start_of movable
told movable
is "$(value result)" 'done' 'phase 1 ends'
at_least "$(value cured)" 100 'blocks were cured'
at_least "$(share_of_order 3 contiguity_after)" 950 'hardly any memory is scattered'
traffic 4
echo "# after phase 1: $bounces of $scattered"
under_load hot
under_load hot
traffic 4
at_most "$bounces" $((scattered / 200)) 'after phase 2 at most 0.5 % of the bounces are left'
like "$(verify_end)" '^[0-9]+ good$' 'data was right all the while'
is_consistent 'with Xen'
$doctor --json 1 >/tmp/doctor.json
is "$(jq -r .verdict /tmp/doctor.json)" contiguous 'the doctor says that memory is contiguous'

# ---- two at once, a stop, an unload ----

scatter
set_to pages_per_second 20000
timeout --preserve-status -s TERM 4 "$front" movable >/tmp/said 2>&1 &
sleep 2
refuses $files/start hot 'a second run is refused'
is "$(value state)" movable 'and the first goes on'
wait $!
is $? 1 'a signal to the front end ends the run early'
sed 's/^/# /' /tmp/said
is "$(value result)" stopped 'which is told'
at_least "$(value scattered)" $(($(value cured) + $(value busy) + 1)) 'before its end'
set_to start movable
sleep 1
defrag_out
ok $? 'the module goes in the middle of a run'
is_consistent 'after stop and unload'

# ---- Xen has hardly a page ----

defrag_in
leave_xen 40
ok $? 'another domain has the rest of the machine'
free=$(xen_free)
at_most "$free" 64 "Xen has $free MiB free"
traffic 4
scattered=$bounces
at_least "$scattered" 1000 'the cards bounce again'
verify_begin
start_of movable
told 'movable, without Xen'
paste -sd' ' <$files/xen_extents | sed 's/^/# extents taken, refused: /'
at_least "$(value dealt_pages)" 1000 'pages changed frames among themselves'
traffic 4
echo "# after phase 1: $bounces of $scattered"
under_load hot
under_load hot
traffic 4
at_most "$bounces" $((scattered / 200)) 'without Xen: at most 0.5 % of the bounces are left'
like "$(verify_end)" '^[0-9]+ good$' 'data was right all the while'
is_consistent 'without Xen'
at_least "$(xen_free)" $((free - 1)) 'Xen has as much free as before'
xl destroy eater

# ---- in the background ----

scatter
"$front" --rate 0 all >/tmp/said
is $? 0 'the front end runs it to its end'
sed 's/^/# /' /tmp/said
set_to background 1
before=$(value cpu_ms)
end=$((SECONDS + churn))
(
	while [ $SECONDS -lt $end ]; do
		mkdir -p /tmp/churn
		for ((n = 0; n < 200; n++)); do
			head -c $((RANDOM * 4)) /dev/zero >"/tmp/churn/$((RANDOM % 500))"
		done
		rm -rf /tmp/churn
	done
) &
traffic 10
echo "# the first ten seconds: $bounces"
traffic $((churn - 12))
wait
cpu=$(($(value cpu_ms) - before))
echo "# $(value runs) runs, $cpu ms of CPU in $churn s"
at_most $((bounces * 100)) $((scattered * (churn - 12) / 4)) 'in the background bounces stay below 1 %'
set_to background 0
is_consistent 'after the background'
defrag_out
ok $? 'the module goes'
done_testing
