#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In dom0, with two 64-bit network cards: memory is scattered, buffers bounce, and the defragmenter
# ends it: with Xen's help, beside a pool, after a stop, with hardly a free page of Xen's.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"
# shellcheck source=impl/tests/guest/contiguity/allocations.sh
. "$(dirname "$0")/allocations.sh"
# shellcheck source=impl/tests/guest/contiguity/eater.sh
. "$(dirname "$0")/eater.sh"

# ---- what it is worth: CPU, bytes that are not copied ----

cpu_tenths() { xl vcpu-list 0 | awk 'NR > 1 { sum += $6 * 10 } END { printf "%d\n", sum }'; }

cost_of_traffic() { # cost_of_traffic WHEN: of dom0's CPU, all of it, by what arrived
	local before
	before=$(cpu_tenths)
	traffic 8
	awk -v tenths=$(($(cpu_tenths) - before)) -v bytes="$sent_bytes" -v when="$1" 'BEGIN {
		printf "# %s: %.1f s of CPU, %.1f us a packet of 1,448 bytes\n", when, tenths / 10,
			bytes ? tenths * 1e5 * 1448 / bytes : 0 }'
}

record_24_mb() { # record_24_mb FILE
	"$top/build/traces/xswbounce" record -o "$1" -- \
		ip netns exec xsw0 timeout 100 iperf3 -c 10.99.0.2 -n 24M >/dev/null 2>&1
}

copied_bytes() { # copied_bytes RECORDING: of the cards
	"$top/build/replay/replay" --points=1 --slots=1024 --of=stock "$1" | jq '[.devices[] |
		.copied_in_bytes + .copied_out_bytes + .copied_by_syncs_bytes] | add'
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
is "$(value run_ended_s) $(value run_width)" '0 0' 'so nothing has ended'
wire
ok $? 'the cards hear each other'
traffic 4
at_most "$bounces" 50 'on fresh memory hardly a buffer bounces'

# ---- with Xen's help ----

scatter_until_it_costs
doctor_finds_it
within "$(jq '.xen_free_bytes / 1048576 | floor' /tmp/doctor.json)" "$(xen_free)" 10 'it asks Xen what is free'
is "$(jq '[.xen_free_by_width[].bytes] | add' /tmp/doctor.json)" "$(jq .xen_free_bytes /tmp/doctor.json)" \
	'and below which widths'
record_24_mb /tmp/scattered.rec
"$top/analysis/tune/tune" --json /tmp/scattered.rec >/tmp/tune.json
like "$(jq -r .verdict /tmp/tune.json)" 'most of these bounces are straddles' 'make tune knows them'
like "$(jq -r .remedies[0].what /tmp/tune.json)" 'xsw-defrag' 'the best remedy is the defragmenter'
cost_of_traffic 'scattered'

both_phases_timed 'with Xen'
is "$ended" 'done' 'phase 1 came to its end'
at_least "$(value run_ended_s)" 1 'when the last run ended is told'
at_most "$(value run_ended_s)" "$(cut -d. -f1 /proc/uptime)" 'in seconds since boot'
at_least "$blocks_cured" 100 'it cured blocks'
at_least "$in_order" 950 'hardly any memory was scattered after it'
doctor_is_content
cost_of_traffic 'cured'
is_consistent 'beside the background'
record_24_mb /tmp/cured.rec
saved=$(($(copied_bytes /tmp/scattered.rec) - $(copied_bytes /tmp/cured.rec)))
within "$(jq .remedies[0].bytes_not_copied /tmp/tune.json)" "$saved" 100 \
	'as many bytes are not copied as make tune foretold'
echo "# foretold, and met: $(jq .remedies[0].bytes_not_copied /tmp/tune.json), $saved;" \
	"instructions a packet that are saved, by dmabench's costs:" \
	"$(jq '.remedies[0].instructions / (24 * 1048576 / 1448) | floor' /tmp/tune.json)"

# ---- beside a pool that comes and goes, and a disk that is attached to it ----

disk_fill() { head -c 8M /dev/urandom | dd of="$(nvme_node "$disk_bdf")" bs=64k oflag=direct iflag=fullblock 2>/dev/null; }
disk_sum() { dd if="$(nvme_node "$disk_bdf")" bs=64k count=128 iflag=direct 2>/dev/null | sha256sum; }

scatter
disk_bdf=$(find_nvme)
disk_fill
disk=$(disk_sum)
set_to pages_per_second 1000
set_to start movable
for try in 1 2; do
	module_in pool_mb=16 force=1 && take "$disk_bdf"
	ok $? 'a disk is attached while a run goes on'
	is "$(disk_sum)" "$disk" 'its data is right'
	give_back "$disk_bdf" && nvme_node "$disk_bdf" >/dev/null && module_out
	ok $? 'and is detached, and the pool goes'
done
for try in $(seq 300); do # at 1000 pages a second what Xen is to keep takes some seconds
	[ "$(value cured)" = 0 ] || break
	sleep 0.2
done
is "$(value state)" movable 'the run has gone on'
at_least "$(value cured)" 1 'and cured blocks'
set_to stop 1
wait_for_end
is "$(disk_sum)" "$disk" 'the data is right afterwards'
is_consistent 'beside a pool'

# ---- two at once, a stop, an unload ----

set_to pages_per_second 5000
"$front" movable >/tmp/said 2>&1 &
for try in $(seq 300); do # it holds what Xen is to keep first
	[ "$(value state) $(value blocks)" = "movable 0" ] || [ "$(value state)" = idle ] || break
	sleep 0.2
done
refuses $files/start hot 'a second run is refused'
is "$(value state)" movable 'and the first goes on'
is "$(value run_ended_s)" 0 'so it has not ended'
kill -TERM $!
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

scatter
defrag_in
leave_xen 40
ok $? 'another domain has the rest of the machine'
free=$(xen_free)
at_most "$free" 64 "Xen has $free MiB free"
what_scattered_costs
phase_1 'without Xen'
at_least "$dealt" 1000 'pages changed frames among themselves'
cure_hot
is_cured 'without Xen'
at_least "$(xen_free)" $((free - 1)) 'Xen has as much free as before'
xl destroy eater
unwire
defrag_out
ok $? 'the module goes'
done_testing
