#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tuner: what it advises on recordings whose answer is known, and what it says of bad ones.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"
make -s -C "$checkout/analysis/replay" || bail 'replay was not built'
tune=$checkout/analysis/tune/tune
real=$checkout/analysis/tests/data/recordings
"$checkout/analysis/tests/recordings.py" "$scratch/made" || bail 'no made-up recordings'
made=$scratch/made/tune

passes 'its arithmetic' python3 "$checkout/analysis/tests/tune_test.py"

# says NAME REGEX WHAT [OPTION...]: the first line.
says()
{
	local name=$1 regex=$2 what=$3

	shift 3
	like "$("$tune" "$@" "$made/$name.rec" 2>&1 | head -n 1)" "$regex" "$what"
}

# tells NAME FILTER EXPECTED WHAT [OPTION...]: of the JSON.
tells()
{
	local name=$1 filter=$2 expected=$3 what=$4

	shift 4
	is "$("$tune" --json "$@" "$made/$name.rec" 2>&1 | jq -c "$filter")" "$expected" "$what"
}

# ---- the verdict ----
says small_pool '^The pool is too small: 20 of 532 mappings fail; swiotlb=2048 serves them\.$' 'too small'
says module '^The pool is too small: .*; pool_mb=4 serves them\.$' "the module's too small"
says areas_held '^Enough is free, but not side by side: 1 of 9 .*; swiotlb=1024,1 serves them\.$' \
	'large enough, but cut into too many areas'
says too_large '^A larger pool will not help: 512 KiB requests do not fit any' 'too large for any'
says straddles '^A larger pool will not help: nothing failed, and most of these bounces are straddles; xsw-defrag ends those\.$' \
	'straddles'
says steady '^The pool suffices' 'enough'
says small_pool_failed '^20 mappings failed while this was recorded, and replayed in 2048 slots none does: what lived before lay otherwise; try swiotlb=4096' \
	'failures that the replay does not show are not passed over'
says old '^20 mappings failed .*, and replayed in 3072 slots none does' 'a size that was no power of two: before Linux 6.0'
says narrow 'or the device reaches a part of the pool alone; try swiotlb=2048' 'a narrow device that was served'
says beyond '^The devices that bounce do not reach the pool: no size helps\.$' 'one that never was'
says huge '^No pool is large enough: this load wants 1049600 slots at once, 2\.0 GiB' 'no pool is so large'
like "$("$tune" "$scratch/made/v2/right/none.rec" | head -n 1)" '^Nothing bounced' 'nothing bounced'
is "$("$tune" "$scratch/made/v2/right/none.rec" | wc -l)" 3 'and then there is no more to say'

# ---- the size ----
tells small_pool '.sizes | [.need_slots, .stock.parameter, .stock.fails.slots, .module.pool_mb,
	.module.pool_max_mb]' '[1283,"swiotlb=2048",1024,4,8]' 'a quarter to spare'
tells small_pool '.sizes | [.need_slots, .stock.parameter]' '[2052,"swiotlb=4096"]' \
	'as much as is asked for' --margin 1
tells small_pool '.today | [.pool, .slots, .areas, .replayed.failures, .replayed.failures_by_reason.full]' \
	'["stock",1024,1,20,20]' 'the pool of today fails as it did'
tells both '[.today.pool, .today.slots, .peak.slots, .other_pool_peak_slots]' '["module",2048,18,2]' \
	'of two pools the one that held more'
tells forced '[.recording.forced, .recording.areas, .sizes.stock.parameter]' '[1,2,"swiotlb=256"]' \
	'what the head tells'

tells many_cpus '[.today.areas, .sizes.stock.parameter, .sizes.stock.memory_bytes]' '[64,"swiotlb=8192",16777216]' \
	'64 areas have at least 128 slots each'
tells parked_cpus '[.sizes.stock.parameter, (.remedies[] | select(.name == "fewer areas") | .what)]' \
	'["swiotlb=2048","boot with swiotlb=1024,1"]' 'areas go by possible CPUs, not by those online'
tells boot_forced '.sizes.stock.parameter' '"swiotlb=2048,force"' 'a word of the parameter is kept'
tells beyond '[.sizes.stock.parameter, .sizes.module.pool_mb, (.remedies | length)]' '[null,null,1]' \
	'no size serves who reaches none'
tells small_pool '.today.areas_known' false 'areas that the recording does not tell'

# ---- remedies ----
remedies='[.remedies[] | [.name, .failures, .avoided]]'
tells small_pool "$remedies" '[["the module",0,20],["shorter queues",0,20],["larger pool",0,20],["wider device",0,20],["nothing",20,0]]' \
	'each with what it would have avoided'
tells small_pool '.remedies[] | select(.name == "wider device") | [.bytes_not_copied, .memory_bytes, .hardware]' \
	'[4194304,0,true]' \
	'and with the bytes: 512 pages, copied in and out'
tells small_pool '[.remedies[] | select(.name == "larger pool") | .memory_bytes, .reboot]' '[2097152,true]' \
	'a larger pool costs memory and a reboot'
tells small_pool '[.remedies[] | select(.name == "shorter queues") | .what]' \
	'["at most 512 mappings each way: ethtool -G of network cards, nr_requests of disks (ahci)"]' \
	'shorter queues, as long as they may be'
tells areas_held '[.remedies[] | select(.name == "fewer areas") | .what, .failures]' \
	'["boot with swiotlb=1024,1",0]' 'fewer areas'
tells too_large "$remedies" '[["the module",0,10],["smaller requests",0,10],["wider device",0,10],["nothing",10,0]]' \
	'no larger pool is offered where it does not help'
tells straddles '.remedies[0] | [.name, .bytes_not_copied]' '["defragment",737280]' \
	'scattered memory: 90 times 8 KiB are not copied'
tells straddles '.remedies[0] | .what, .reboot' '"modprobe xen_swiotlb_defrag; xsw-defrag all, while the load runs (ahci)"'$'\n'false \
	'and by which command'
defragment='[.remedies[] | select(.name | startswith("defragment")) | [.name, .bytes_not_copied, .what]]'
tells straddles_narrow "$defragment" '[["defragment low memory",737280,"modprobe xen_swiotlb_defrag; xsw-defrag --width 32 all, while the load runs: takes low memory that other domains need (ahci)"]]' \
	'a narrow device needs low frames, not any'
tells straddles_both "$defragment" '[["defragment low memory",737280,"modprobe xen_swiotlb_defrag; xsw-defrag --width 32 all, while the load runs: takes low memory that other domains need (ahci)"],["defragment",737280,"modprobe xen_swiotlb_defrag; xsw-defrag --width 0 all, after the narrow devices'"'"' run and while the load runs (e1000e)"]]' \
	'and neither command promises what the other does'
tells straddles '.remedies | map(select(.name == "wider device")) | .[0].bytes_not_copied' 81920 \
	'and ten by a wider device'
tells held '[.remedies[] | select(.name | startswith("wider")) | [.name, .bytes_not_copied, .hardware, .what[-6:]]]' \
	'[["wider mask",204800,false,"mptsas"],["wider device",102400,true," e1000"]]' \
	'a driver that was told to be narrow, and a card that is'
tells forced '.remedies[0] | [.name, .reboot]' '["no forcing",true]' 'forcing'
tells module "$remedies" '[["shorter queues",0,20],["larger pool",0,20],["wider device",0,20],["nothing",20,0]]' \
	'the module is not offered to who has it'

tells small_pool_failed '.remedies[] | select(.name == "the module") | .instructions' 1161216 \
	'what failed is no bounce that costs less'

# ---- growth and confidence ----
tells steady '.growth | [.peak_low, .peak_high, .parameter]' '[640,1280,"swiotlb=2048"]' \
	'bursts that may meet do' --scale 2
tells rising '.growth | [.scale, .shifts, .peak_high > 2700, .peak_high <= 3600, .peak_low < .peak_high]' \
	'[2,8,true,true,true]' 'twice the load, by many shifts' --scale 2
tells steady '.levels[0] | [.seconds, .slots >= 640, .slots <= 700, .low <= .slots, .slots <= .high]' \
	'[86400,true,true,true,true]' 'half an hour of bursts with a limit tells what a day brings'
tells steady '.levels[1] | [.slots, .why_not]' '[null,"it takes a recording of 8 hours"]' 'but not a month'
tells rising '.levels[0].why_not' '"the load rises or falls while it is recorded"' 'a load that grows tells nothing'

# ---- the screen, and real loads ----
for name in v2-mix v2-tcp; do
	gunzip -c "$real/$name.rec.gz" >"$scratch/real.rec"
	"$tune" --scale 2 "$scratch/real.rec" >"$scratch/screen"
	passes "$name: the exact screen" diff "$real/$name.txt" "$scratch/screen"
	is "$(awk 'length > 110' "$scratch/screen")" '' "$name: no line is too long"
	is "$(($(wc -l <"$scratch/screen") <= 25))" 1 "$name: it is one screen"
done
gunzip -c "$real/v2-fragmented.rec.gz" >"$scratch/real.rec"
like "$("$tune" "$scratch/real.rec" | head -n 1)" \
	'^Enough is free, but not side by side: 16213 of .* mappings fail; swiotlb=1024 serves them' \
	'a real pool that is broken up'
like "$("$tune" --json "$scratch/real.rec" | jq -r '.remedies[] | select(.name == "more areas") | .what')" 'swiotlb=512,4; fails in 2 of 4 other layouts' \
	'and areas that serve by luck'
is "$(($("$tune" --scale 2 "$scratch/real.rec" | wc -l) <= 25))" 1 'with all there is to say it is one screen'
mkdir "$scratch/bin"
ln -s "$(python3 -c 'import sys; print(sys.executable)')" "$scratch/bin/python3"
expect 'without gnuplot there is advice' 0 'no gnuplot: no plots' \
	env PATH="$scratch/bin" "$tune" --plots "$scratch/more" "$made/small_pool.rec"

# ---- make tune ----
expect 'make tune takes a recording' 0 '^The pool is too small: 20' \
	make -s -C "$checkout" tune RECORDING="$made/small_pool.rec" OUT="$scratch/made plots"
passes 'and leaves the advice as JSON' jq -e '.kind == "swiotlb-xen-tune"' "$scratch/made plots/advice.json"
expect 'and a margin' 0 'with 100 % to spare' make -s -C "$checkout" tune \
	RECORDING="$made/small_pool.rec" MARGIN=1 OUT="$scratch/plots"
expect 'and gaps' 0 'LOST, gone on across' make -s -C "$checkout" tune \
	RECORDING="$scratch/made/v2/right/gap.rec" GAPS=yes OUT="$scratch/plots"
expect 'and a scale' 0 '^2 times this load' make -s -C "$checkout" tune \
	RECORDING="$made/rising.rec" SCALE=2 OUT="$scratch/plots"

# ---- did it come true? ----
"$tune" --json "$made/small_pool.rec" >"$scratch/advice.json"
expect 'an advice that came true' 0 '^Confirmed: at 2048 slots 0 failures were foretold, 0 were recorded\.$' \
	"$tune" --confirm "$scratch/advice.json" "$made/small_pool_again.rec"
expect 'and the peak' 0 '^The peak was foretold as 1026 slots and is 1026 \(\+0\.0 %\)\.$' \
	"$tune" --confirm "$scratch/advice.json" "$made/small_pool_again.rec"
expect 'one that did not' 1 '^NOT confirmed: at 2048 slots 0 failures were foretold, 20 were recorded\.$' \
	"$tune" --confirm "$scratch/advice.json" "$made/small_pool_failed.rec"
expect 'failures that were foretold' 0 '^Confirmed: at 1024 slots 20 failures were foretold, 20 were' \
	"$tune" --confirm "$scratch/advice.json" "$made/small_pool.rec"
expect 'a recording in which nothing bounced confirms nothing' 0 \
	'^Nothing bounced while this was recorded: it confirms nothing\.$' "$tune" --confirm "$scratch/advice.json" \
	"$scratch/made/v2/right/none.rec"
jq '.peak_with_failed.slots = 900' "$scratch/advice.json" >"$scratch/held_back.json"
expect 'a pool that was not looked at: other areas' 0 '^Nothing was foretold of a pool of 1024 slots' \
	"$tune" --confirm "$scratch/advice.json" "$made/areas_held.rec"
expect 'a load that was held back then' 0 ': a driver whose mappings fail asks for less\.$' "$tune" \
	--confirm "$scratch/held_back.json" "$made/small_pool_again.rec"
expect 'another load' 0 ': another load than then\.$' "$tune" --confirm "$scratch/advice.json" "$made/steady.rec"
is "$("$tune" --json --confirm "$scratch/advice.json" "$made/small_pool_again.rec" |
	jq -c '.confirmation | [.failures_as_foretold, .peak_within, .peak_difference]')" '[true,true,0]' 'as JSON'
echo '{"kind": "other"}' >"$scratch/other.json"
complains 'an advice of another kind' 1 'it is not an advice' "$tune" --confirm "$scratch/other.json" "$made/both.rec"
complains 'an advice that is none' 1 'it is not an advice' "$tune" --confirm "$made/both.rec" "$made/both.rec"
jq 'del(.pools[0].slots)' "$scratch/advice.json" >"$scratch/half.json"
complains 'an advice that lacks something' 1 'it is not an advice' "$tune" --confirm "$scratch/half.json" "$made/both.rec"
yes '[' | head -n 100000 | tr -d '\n' >"$scratch/deep.json"
complains 'one that is nothing but brackets' 1 'it is not an advice' "$tune" --confirm "$scratch/deep.json" "$made/both.rec"
complains 'no advice there' 1 'No such file' "$tune" --confirm "$scratch/nothing" "$made/both.rec"
expect 'make tune confirms' 0 '^Confirmed: at 2048' make -s -C "$checkout" tune OUT="$scratch/plots" \
	RECORDING="$made/small_pool_again.rec" CONFIRM="$scratch/advice.json"

# ---- a host, made of files ----
root=$scratch/root
mkdir -p "$root/sys/hypervisor" "$root/sys/kernel/debug/swiotlb" "$root/sys/kernel/btf" "$root/proc"
# shellcheck disable=SC2317  # called through complains and expect
on_host()
{
	env TUNE_ROOT="$root" "$tune" "$@"
}
complains 'no Xen host' 1 'this is no Xen host: name a recording' on_host
echo xen >"$root/sys/hypervisor/type"
: >"$root/sys/kernel/btf/vmlinux"
complains 'no recorder' 1 'no program xswbounce: build it' env PATH="$scratch/bin:/usr/bin" TUNE_ROOT="$root" "$tune"
cat >"$scratch/recorder" <<-'END'
	#!/bin/sh
	[ "$1 $2 $4 $5" = 'record -o 7 --limit' ] && [ "$6" -gt 0 ] && cp "$RECORDED" "$3"
END
chmod +x "$scratch/recorder"
expect 'the running load is recorded, and judged' 0 '^The pool is too small: 20' env TUNE_ROOT="$root" \
	RECORDED="$made/small_pool.rec" "$tune" --xswbounce "$scratch/recorder" --time 7 --keep "$scratch/kept"
passes 'the recording is kept if asked for' cmp "$scratch/kept" "$made/small_pool.rec"
mkdir -p "$root/sys/devices/platform/xen_swiotlb"
cat >"$scratch/twice" <<-'END'
	#!/bin/sh
	if grep -qs 4194304 "$TUNE_ROOT/sys/devices/platform/xen_swiotlb/pool_bytes"; then
		cp "$MADE/${SECOND:-module_again}.rec" "$3"
	else
		cp "$MADE/$FIRST.rec" "$3"
	fi
END
chmod +x "$scratch/twice"
expect 'the module is resized, recorded again and compared' 0 \
	'^Confirmed: at 2048 slots 0 failures were foretold, 0 were recorded' env TUNE_ROOT="$root" MADE="$made" \
	FIRST=module "$tune" --xswbounce "$scratch/twice" --time 7 --apply
is "$(cat "$root/sys/devices/platform/xen_swiotlb/pool_bytes")" 4194304 'to the size advised'
rm "$root/sys/devices/platform/xen_swiotlb/pool_bytes"
expect 'and what it was before is told' 0 '^Before: 1024 slots, 20 mappings failed; resized to 2048\.$' \
	env TUNE_ROOT="$root" MADE="$made" FIRST=module "$tune" --xswbounce "$scratch/twice" --time 7 --apply
rm "$root/sys/devices/platform/xen_swiotlb/pool_bytes"
complains "stock's pool is not resized" 1 'takes a boot with the parameter, then --confirm' env \
	TUNE_ROOT="$root" MADE="$made" FIRST=small_pool "$tune" --xswbounce "$scratch/twice" --apply
# shellcheck disable=SC2317  # called through expect
applied()
{
	env TUNE_ROOT="$root" MADE="$made" FIRST="$1" SECOND="${2-}" "$tune" --xswbounce "$scratch/twice" --apply
}
expect "the module's pool is judged, though stock's was fuller; it is not made smaller" 0 \
	'^The pool stays: it has 2048 slots, and 1024 suffice' applied stock_more
expect 'an idle minute shrinks nothing' 1 'nothing bounced meanwhile, so no size follows' applied idle_module
expect 'nor does a light one' 0 '^The pool stays: it has 32768 slots, and 2048 suffice' applied light_module
is "$(ls "$root/sys/devices/platform/xen_swiotlb")" '' 'the pool is as it was'
expect 'a size on which more fails' 1 '^More failed than before .29.: the pool has 1024 slots again' \
	applied module worse_module
is "$(cat "$root/sys/devices/platform/xen_swiotlb/pool_bytes")" 2097152 'is taken back'
expect 'so is one of which nothing is known' 1 'The pool has 1024 slots again' applied module nothing
is "$(cat "$root/sys/devices/platform/xen_swiotlb/pool_bytes")" 2097152 'to what it was'
rm "$root/sys/devices/platform/xen_swiotlb/pool_bytes"
cat >"$scratch/slow" <<-'END'
	#!/bin/sh
	trap 'cp "$RECORDED" "$3"; exit 0' INT
	echo begun >"$BEGUN"
	sleep 60 & wait
END
chmod +x "$scratch/slow"
mkfifo "$scratch/begun"
env TUNE_ROOT="$root" RECORDED="$made/small_pool.rec" BEGUN="$scratch/begun" python3 -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
os.execv(sys.argv[1], sys.argv[1:])' "$tune" --xswbounce "$scratch/slow" >"$scratch/early" 2>&1 &
early=$!
read -r _ <"$scratch/begun"
kill -INT $early
wait $early
is "$? $(head -n 1 "$scratch/early")" \
	'0 The pool is too small: 20 of 532 mappings fail; swiotlb=2048 serves them.' \
	'Ctrl-C ends the recording early, and it is judged'
rmdir "$root/sys/devices/platform/xen_swiotlb"
complains 'a module that can not be resized' 1 'the pool was not resized: No such file' env \
	TUNE_ROOT="$root" MADE="$made" FIRST=module "$tune" --xswbounce "$scratch/twice" --apply
complains 'nothing is applied by a recording' 1 'name no recording' "$tune" --apply "$made/module.rec"
complains 'recording fails' 1 'recording failed: status 1' env TUNE_ROOT="$root" "$tune" \
	--xswbounce "$scratch/recorder" --time 8

# ---- bad recordings ----
complains 'empty' 1 '^tune: .*: it is empty' "$tune" "$scratch/made/v2/wrong/empty.rec"
complains 'of another kind' 1 'not a recording of xswbounce' "$tune" "$scratch/made/v2/wrong/foreign.rec"
complains "of the future's" 1 'a later version of xswbounce wrote it' "$tune" "$scratch/made/v2/wrong/later.rec"
complains 'damaged' 1 'damaged at byte' "$tune" "$scratch/made/v2/wrong/flipped.rec"
mkfifo "$scratch/pipe"
complains 'a pipe' 1 'it is no file: a recording is read more than once' "$tune" "$scratch/pipe"
complains 'no file' 1 'No such file' "$tune" "$scratch/nothing"
expect 'cut off: advice by what is there' 0 'CUT OFF: all before was replayed' \
	"$tune" "$scratch/made/v2/cut/cut_end.rec"
expect 'of one device alone: that is said' 0 'ONE DEVICE ALONE .record -d.: what others need' \
	"$tune" "$made/one_device.rec"
expect 'and not of a recording of all' 0 '!ONE DEVICE' "$tune" "$made/small_pool.rec"
expect 'with a gap: by what is before' 0 '7 events LOST: judged by the first 0.0 s' \
	"$tune" "$scratch/made/v2/right/gap.rec"
expect 'or across it, if told to' 0 '7 events LOST, gone on across' \
	"$tune" --across-gaps "$scratch/made/v2/right/gap.rec"
complains 'a gap from the beginning' 1 'events are missing from its beginning' \
	"$tune" "$scratch/made/v2/right/gap_first.rec"
complains 'no replay' 1 'make -C analysis/replay' "$tune" --replay "$scratch/nothing" "$made/small_pool.rec"
for bad in '--scale 0' '--scale 9' '--margin -1' '--margin x' '--time 0' '--frobnicate'; do
	# shellcheck disable=SC2086 # two words
	expect "$bad is misuse" 2 'tune: error' "$tune" $bad "$made/small_pool.rec"
done
expect 'a full disk is told' 1 'tune: output: No space left' sh -c "'$tune' '$made/small_pool.rec' >/dev/full"
is "$(mandoc -T lint -W warning "$checkout/analysis/tune/tune.8" 2>&1)" '' 'the manual has no mistake'
for option in $("$tune" --help | grep -oE '^  (-h, )?--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
	passes "the manual has $option" grep -q -- "${option//-/\\\\-}" "$checkout/analysis/tune/tune.8"
done
done_testing
