#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The replay: made-up recordings against answers counted by hand, real ones against the kernel's own
# count, and what it must refuse.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"
make -s -C "$checkout/analysis/replay" || bail 'replay was not built'
replay=$checkout/build/replay/replay
real=$checkout/analysis/tests/data/recordings
"$checkout/analysis/tests/recordings.py" "$scratch/made" || bail 'no made-up recordings'

# answers RECORDING FILTER EXPECTED NAME [OPTION...]: of both versions.
answers()
{
	local version name=$1 filter=$2 expected=$3 what=$4

	shift 4
	for version in v1 v2; do
		"$replay" --points 4 --slots 1024 --areas 1 "$@" "$scratch/made/$version/right/$name.rec" \
			>"$scratch/json" 2>"$scratch/said"
		is "$(jq -c "$filter" "$scratch/json")$(cat "$scratch/said")" "$expected" "$version: $what"
	done
}

# ---- the load ----
answers plain '.load | [.peak.slots, .peak.seconds, .held_at_end_slots, .bounces, .bounce_bytes]' \
	'[8,3e-06,6,4,18433]' 'the peak, its instant, what is left, what bounced'
answers plain '.devices[0] | [.copied_in_bytes, .copied_out_bytes, .copied_by_syncs_bytes, .maps]' \
	'[18433,8192,8704,5]' 'what was copied, by a sync within a mapping, too'
answers plain '[.pools[] | .allocator, .claims, .failures, .used, .used_hiwater]' \
	'["stock",4,0,6,8,"module",4,0,6,8]' 'both pools hold the same'
answers plain '.devices[0] | [.largest_bytes, .sizes]' \
	'[8192,{"4096":3,"8192":1}]' 'sizes, by the power of two' --split 4096
answers plain '[.load.peak.slots, .pools[0].claims, .pools[0].used]' '[8,5,6]' \
	'mappings cut to 4096 bytes: as many slots, one claim more' --split 4096
answers aligned '[.load.peak.slots, .pools[0].used, .pools[1].used]' '[5,5,5]' \
	"the slots that a device's alignment takes"
answers none '[.load.bounces, .load.peak.slots, .load.unmaps_from_before, (.pools | map(.claims))]' \
	'[0,0,0,[0,0]]' 'nothing bounced, and the unmap of a direct mapping is known'

answers direct '[.load.unmaps_from_before, .load.peak.slots]' '[1,0]' \
	'an address mapped twice is unmapped twice'

# ---- the beginning ----
answers snapshot '.load | [.peak.slots, .at_start_slots, .ghosts, .unmaps_from_before]' \
	'[132,130,0,1]' 'the snapshot: neither twice nor what ended before it was told'
answers snapshot '.devices | map([.device, .at_start_slots, .held_slots_max])' \
	'[[null,128,128],["0000:00:04.0",2,4]]' 'slots whose owner is not known have none'
answers queue '.devices | map([.device, .at_start_slots, .held_slots_at_peak, .live_mappings_max])' \
	'[[null,1,1,1],["0000:00:04.0",4,12,5]]' 'unless its unmap tells'
answers synced '.devices | map([.device, .at_start_slots])' '[[null,1],["0000:00:04.0",1]]' 'or its sync'
answers ghosts '.load | [.peak.slots, .ghosts, .at_start_slots]' '[5,2,2]' \
	'maps whose unmaps were not seen are left out from the beginning'
answers ghosts '[.pools[] | .used_hiwater]' '[5,5]' 'by the pools as well'
answers module '.load | [.peak_of_module.slots, .peak_of_stock.slots, .told_twice, .unmaps_missing]' \
	'[4,0,1,0]' "the module's snapshot may be older than what stands before it"

# ---- what is not whole ----
answers again '.load | [.peak.slots, .unmaps_missing]' '[4,1]' 'an unmap that is missing'
answers gap '[.recording.gaps, .recording.lost, .recording.replayed_events, .load.peak.slots]' \
	'[1,7,2,5]' 'nothing is predicted beyond lost events'
answers gap '[.recording.across_gaps, .recording.replayed_events, .load.peak.slots,
	.load.unmaps_missing, .load.unmaps_from_before]' '[true,5,11,1,1]' \
	'but if told to, and it says so' --across-gaps
answers gap_first '[.recording.replayed_events, .load.peak.slots]' '[3,10]' \
	'the same where they are missing at the beginning' --across-gaps
answers coherent '.devices[0] | [.coherent_allocs, .coherent_frees, .coherent_frees_from_before,
	.coherent_bytes_max, .held_slots_max]' '[2,2,1,73728,1]' 'coherent memory takes no slots'

# ---- failures ----
answers failing '[.load.peak.slots, .load.peak_with_failed.slots, .load.failed]' '[4,12,2]' \
	'what failed is asked for again, as long as its like lived'
answers failing '[.pools[] | .recorded_failures_served, .failures, .used_hiwater, .used]' \
	'[2,0,12,1,2,0,12,1]' 'a larger pool serves it'
answers holes '[.pools[] | [.slots, .failures, .failures_by_reason.fragmented,
	.recorded_failures_served, .largest_free_run_min]]' '[[512,1,1,0,0],[1024,0,0,1,128]]' \
	"stock: enough is free, but not side by side" --slots 512,1024 --allocator stock
answers holes '.pools[0].timeline.largest_free_run[-1]' 2 'the largest free run at the end' \
	--slots 512 --allocator stock
answers holes '.pools[0] | [.failures_by_reason.full, .failures_by_reason.fragmented, .used_hiwater]' \
	'[128,1,256]' 'a pool of half the size is full' --slots 256 --allocator stock
answers large '[.pools[] | [.failures, .failures_by_reason."too-large"]]' '[[1,1],[0,0]]' \
	'512 KiB fit into no stock pool, but into the module'
answers large '[.pools[] | [.slots, .failures_by_reason."too-large"]]' '[[131072,1]]' \
	'however large that is' --slots 131072 --allocator stock
answers large '[.pools[].failures]' '[0,0]' 'unless requests are smaller' --split 65536
answers reach '[.pools[].failures_by_reason."mask-unreachable"]' '[1,1]' \
	'a device of 30 bits does not reach a pool at 1 GiB'
answers storm '[.load.peak_with_failed.slots, .pools[0].used_hiwater]' '[65536,65536]' \
	'no more failures than that are followed at once' --slots 131072 --allocator stock

is "$("$replay" --slots 1024 --points 1 "$scratch/made/v2/right/retries.rec" | jq -c '[.load.failed,
	.load.failed_again, .load.peak_with_failed.slots, (.pools[] | .claims, .failures,
	.recorded_failures_served, .used)]')" '[5,2,10,5,0,3,10,5,0,3,10]' \
	'v2: a request that fails again is the same, until it is served or has ended'
is "$("$replay" --slots 1024 --points 1 "$scratch/made/v1/right/retries.rec" | jq -c '[.load.failed,
	.load.failed_again, .load.peak_with_failed.slots]')" '[5,0,34]' 'v1 does not know the buffer: each is one'

# ---- what is replayed, and how often ----
answers queue '[.load.queue, .load.peak.slots, .load.peak_with_failed.slots, .pools[0].claims,
	.pools[1].used, .devices[1].live_mappings_max]' '[4,13,13,11,13,4]' \
	'a queue that is full takes no request that failed' --queue 4
answers queue '[.load.queue, .load.peak.slots, .load.peak_with_failed.slots, .pools[0].claims,
	.pools[1].used, .devices[1].live_mappings_max]' '[2,11,11,7,11,2]' \
	'a ring of half the length, each way' --queue 2
answers queue '[.load.peak.slots, .pools[0].claims, .pools[1].used, .devices[1].live_mappings_max]' \
	'[6,4,6,1]' 'one of each' --queue 1
answers queue '[.load.own_queues, .load.peak.slots, .pools[1].used]' '[true,9,10]' \
	'pieces of requests one after another, as many at once as there were requests' --split 4096 --own-queues
answers queue '[.load.own_queues, .load.peak.slots, .pools[1].used]' '[false,13,14]' \
	'or all at once' --split 4096
answers queue '[.load.peak.slots, .load.peak_with_failed.slots, .pools[0].claims]' '[13,14,12]' \
	'and one that is long enough changes nothing' --queue 5
answers reasons '[.load.peak.slots, .load.without, (.devices | map(.avoided)), .pools[0].claims]' \
	'[7,[],[0,0],5]' 'all reasons'
answers reasons '[.load.peak.slots, .load.without, (.devices | map(.avoided)), .pools[0].claims]' \
	'[2,["straddle"],[1,2],2]' 'none that straddle, and what failed for that' --without straddle
answers reasons '[.load.peak.slots, .load.unmaps_from_before, (.devices | map(.avoided))]' \
	'[0,0,[3,2]]' 'nothing' --without mask,straddle,align,forced
answers both '.load | [.peak.slots, .peak_of_stock.slots, .peak_of_module.slots]' '[6,4,4]' \
	'both pools of a machine'
answers both '[.load.peak.slots, .pools[0].claims, (.devices | map(.replayed))]' '[4,2,[true,false]]' \
	'or what bounced through the one' --of stock
answers both '[.load.peak.slots, .pools[0].claims, .pools[0].used]' '[4,1,0]' 'or the other' --of module
answers steps '.timeline.in_use_max' '[2,4,6,8,10,12,14,16,18,20]' 'the most in each interval' --points 10
answers steps '.pools[0].timeline.used_max' '[2,4,6,8,10,12,14,16,18,20]' "of a pool's slots as well" --points 10
answers steps '[.load.peak.slots, .pools[0].used_hiwater, .pools[1].used_hiwater]' '[32,32,32]' \
	'a copy that begins four intervals later' --copies 2 --shift 0.004
answers steps '[.load.peak.slots, .load.copies]' '[40,2]' 'or at once' --copies 2 --shift 0
answers snapshot '[.load.peak.slots, .load.at_start_slots]' '[264,260]' 'what was there at the start twice' \
	--copies 2 --shift 0
answers snapshot '[.load.peak.slots, .load.at_start_slots]' '[134,130]' 'or once' \
	--copies 2 --shift 0 --start-once
answers ring '[.load.peak.slots, .pools[0].used, .pools[1].used]' '[14,8,8]' \
	'a ring that is there once, and is refilled' --copies 2 --shift 0 --start-once
answers ring '[.load.peak.slots, .pools[0].used, .pools[1].used]' '[22,16,16]' 'or two' --copies 2 --shift 0
answers plain '[.load.peak.slots, .load.peak.seconds]' '[16,3e-06]' 'copies go on side by side' \
	--copies 2 --shift 0

answers reserve '.pools[1] | [.slots, .failures_by_reason.full, .failures, .used_hiwater, .reserve_hiwater]' \
	'[1024,1,1,1024,32]' "the module's reserve serves what is larger than 16 KiB, and nothing else"
answers reserve '.pools[0] | [.slots, .failures, .reserve_hiwater]' '[1024,3,null]' 'stock has none'

# ---- how what lived at the start lies ----
answers spread '.pools[0] | [.failures, .used_hiwater]' '[0,192]' \
	'in the order of the snapshot it lies in one segment' --slots 512 --allocator stock
for version in v1 v2; do
	for layout in {1..12}; do
		"$replay" --slots 512,4096 --areas 1 --allocator stock --points 4 --worn "$layout" \
			"$scratch/made/$version/right/spread.rec" | jq -c '[.load.peak.slots, (.pools[] | .failures)]'
	done >"$scratch/layouts"
	is "$(sort -u "$scratch/layouts" | tr '\n' ' ')" '[192,0,0] [192,1,0] ' \
		"$version: or shuffled: in some layouts no segment of four is free, in others one is"
	is "$("$replay" --slots 512 --areas 1 --allocator stock --worn 1 "$scratch/made/$version/right/spread.rec" |
		jq .pools[0].failures)" "$(head -n 1 "$scratch/layouts" | tr -d '[]' | cut -d , -f 2)" \
		"$version: a layout is the same each time"
done
answers spread '.pools[0] | [.failures, .used, .used_hiwater]' '[0,64,192]' 'in the pool of the module as well' \
	--slots 1024 --allocator module --worn 3

# ---- length ----
make -s -C "$checkout/analysis/replay" sample || bail 'sample was not built'
for events in 50000 1000000; do
	"$checkout/build/replay/sample" $events >"$scratch/long.rec"
	"$replay" --slots 4096 --points 4 "$scratch/long.rec" >"$scratch/$events"
done
is "$(jq -c '[.recording.replayed_events, .run.memory_bytes]' "$scratch/1000000")" \
	"$(jq -c '[1000000, .run.memory_bytes]' "$scratch/50000")" 'twenty times as long: the same memory'
# The longer recording has 37 MiB more. The kernel's figure is at least that of the shell before exec.
at_most "$(jq .run.resident_kib_max "$scratch/1000000")" \
	$(($(jq .run.resident_kib_max "$scratch/50000") + 8192)) 'by the kernel as well, within 8 MiB'

# ---- the head of version 2 ----
is "$("$replay" "$scratch/made/placed.rec" | jq -c '.recording | [.version, .pool_base, .areas, .forced,
	.xen, .clock, .cpus]')" '[2,305397760,4,1,"4.20.0","tsc",2]' 'a head that knows where the pool lies'
is "$("$replay" "$scratch/made/placed.rec" | jq -c '[.pools[] | .areas // empty] | unique')" '[4]' \
	"areas are the recorded machine's"
is "$("$replay" "$scratch/made/evil.rec" | jq -r '.devices[0] | .device, .driver')" \
	$'?[31mE"\\?\nDDDDDDDDDDDDDDDDDDDDDDDD' 'names are text, whatever is in them'

# ---- real loads ----
while IFS=$'\t' read -r name hiwater; do
	[[ $name != '#'* ]] || continue
	gunzip -c "$real/$name.rec.gz" >"$scratch/real.rec"
	"$replay" --slots 128,512,1024,2048 --points 4 "$scratch/real.rec" | jq -S 'del(.run)' >"$scratch/json"
	# what failed is served by other pools than the recorded one, and is in use there
	is "$(jq -c ".load.failed as \$failed | .recording as \$of | [.load.peak.slots, (.pools[] |
		select(.slots >= $hiwater and (\$failed == 0 or (.areas and .slots == \$of.pool_slots))).used_hiwater)] | unique" \
		"$scratch/json")" "[$hiwater]" "$name: the kernel's own high-water mark"
	is "$(jq -c "[.pools[] | select(.slots < $hiwater and .failures == 0)]" "$scratch/json")" '[]' \
		"$name: and failures where the pool is smaller"
	passes "$name: the exact answer" diff "$real/$name.json" "$scratch/json"
done <"$real/kernel.tsv"
# the beginning of another: the kernel's mark is of the whole
gunzip -c "$real/v2-fragmented.rec.gz" >"$scratch/real.rec"
"$replay" --slots 128,512,1024,2048 --points 4 "$scratch/real.rec" | jq -S 'del(.run)' >"$scratch/json"
passes 'v2-fragmented: the exact answer' diff "$real/v2-fragmented.json" "$scratch/json"
is "$(find "$real" -name '*.rec.gz' | while read -r file; do
	[ -e "${file%.rec.gz}.json" ] || echo "$file"
done)" '' 'each recording has its answer'

is "$("$replay" --slots 512,1024 --points 1 "$scratch/real.rec" | jq -c '[.load.failed, .load.peak.slots,
	(.pools[] | [.slots, .failures, .failures_by_reason.fragmented])]')" \
	'[16213,420,[512,16213,16213],[1024,0,0],[1024,0,0]]' \
	'each of 16213 mappings that the kernel failed for fragmentation fails, and no other'

# ---- what can't be replayed ----
for file in "$scratch"/made/v?/wrong/*.rec; do
	complains "${file#"$scratch/made/"}: one line that says what" 1 "^replay: $file: (damaged at byte|it |its |a later)" \
		"$replay" "$file"
	expect "${file#"$scratch/made/"}: for its fault" 1 '!holds no event|cut off at' "$replay" "$file"
	is "$("$replay" "$file" 2>/dev/null)" '' "${file#"$scratch/made/"}: nothing is printed"
done
while IFS=: read -r names said; do
	for name in $names; do
		complains "$name: $said" 1 "$said" "$replay" "$scratch/made/v2/wrong/$name.rec"
	done
done <<-'END'
	kind_0 kind_9:a block is of a kind that there is not
	call call_0:an event is of a kind that there is not
	reason direction:an event has a value that there is not
	half_event:a block of events is not as long as its events
	short_lost:a block is not as long as its kind says
	device_twice:a device is described twice
	min_align min_align_huge boundary:a device has limits that none can have
	device_0 device_many:a device has a number that none can have
	undescribed:an event names a device that was not described
	size_0 size_most nowhere slot_of_nothing:a bounced mapping has a size or an address
	flipped flipped_device:a block's checksum is wrong
	wrong_end:its end counts other events
	longer twice:something follows its end
	lost_beyond:it has lost more events than can be counted
	huge_head small_head other_events used_beyond:its head is damaged
END
for version in v1 v2; do
	complains "$version: nothing is left of it" 1 'it holds no event: record longer' \
		"$replay" "$scratch/made/$version/cut/cut_events.rec"
	for name in cut_end cut_no_end; do
		complains "$version: $name: cut off" 3 'cut off at byte [0-9]+: all before was replayed' \
			"$replay" "$scratch/made/$version/cut/$name.rec"
		is "$("$replay" "$scratch/made/$version/cut/$name.rec" 2>/dev/null |
			jq -c '[.recording.state, .load.peak.slots]')" '["cut",8]' "$version: $name: up to there"
	done
	complains "$version: events lost from the beginning" 1 'events are missing from its beginning' \
		"$replay" "$scratch/made/$version/right/gap_first.rec"
done
complains 'no such file' 1 'No such file' "$replay" "$scratch/nothing"
complains 'a folder' 1 'Is a directory' "$replay" "$scratch"
complains 'sizes that no pool can have' 1 'none of the sizes named' "$replay" --slots 1000 \
	"$scratch/made/v2/right/plain.rec"
for bad in '--slots 1' '--slots 5x' '--slots ,' '--slots 1024,' '--areas 3' '--split 1000' \
	'--copies 0' '--copies 9' '--shift x' '--shift -1' '--shift nan' '--of none' '--allocator all' \
	'--points 0' '--without rain' '--without' '--frobnicate'; do
	# shellcheck disable=SC2086 # two words
	expect "$bad is misuse" 2 'replay: |unrecognized' "$replay" $bad "$scratch/made/v2/right/plain.rec"
done
expect 'no recording is misuse' 2 'name the recording' "$replay"
expect 'two are, too' 2 'one recording' "$replay" a b
expect 'a full disk is told' 1 "can't be written" \
	sh -c "'$replay' '$scratch/made/v2/right/plain.rec' >/dev/full"
done_testing
