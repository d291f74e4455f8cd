#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce report on recordings of every kind: long, cut, damaged, hostile, of another version.
cd "$(dirname "$0")/../.." || exit 1

. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
x=build/traces/xswbounce
[ -x $x ] || bail "$x is not built: make -C traces/xswbounce STATIC=1"
python3 traces/tests/recordings.py "$out" || bail 'no recordings'

# report NAME [OPTIONS]: its status in $status, what it printed in $out/json and $out/err.
report()
{
	local name=$1

	shift
	$x report -j -i "$out/$name.rec" "$@" >"$out/json" 2>"$out/err"
	status=$?
}

# is_reported NAME STATUS JQ EXPECTED WORDS
is_reported()
{
	report "$1"
	is "$status $(jq -c "$3" "$out/json" 2>&1)" "$2 $4" "$5"
}

is_reported good 0 '[.events, .whole, .most_slots_in_use, .seconds, .devices[0].bounces]' \
	'[3,true,2,3e-06,2]' 'a whole one: its length is the latest time, in whatever order'
is_reported placed 0 '[.pool_base, .areas, .forced, .xen, .clock, .events]' \
	'[305397760,4,3,"4.20.0","tsc",3]' 'a head that knows where the pool lies'
is_reported good 0 '[.pool_base, .areas, .xen]' '[0,0,""]' 'and one that does not'
is_reported many 0 '[.whole, .most_slots_in_use]' '[true,208000]' 'the peak of a large pool'
is_reported churn 0 '[.whole, .most_slots_in_use]' '[true,8320]' 'and after 208,000 addresses that came and went'
is_reported slots 0 '.most_slots_in_use' 3 'what the stream told before the snapshot did is later than the snapshot'
is_reported gap 0 '[.lost, .most_slots_in_use]' '[7,null]' 'with a gap the peak is not known'
like "$($x report -i "$out/gap.rec")" 'the most in use is not known, for events were lost' 'and said to be'
is_reported two_devices 0 '[.most_slots_in_use, (.devices | length)]' '[5,2]' 'two devices'
report two_devices -d 0000:00:05.0
is "$status $(jq -c '[.events, .most_slots_in_use, [.devices[].device]]' "$out/json")" \
	'0 [1,4,["0000:00:05.0"]]' '-d: one of them, though this machine has none such'
like "$($x report -d 0000:00:05.0 -i "$out/two_devices.rec")" 'at most 4 in use \(at 0.000 s\) of this device' \
	'and the peak is said to be its'
is "$($x report -D -d 0000:00:05.0 -i "$out/two_devices.rec" | grep -c bus)" 1 '--dump too'
complains 'a device that is not in it' 2 "no device '0000:00:06.0'" $x report -d 0000:00:06.0 -i "$out/good.rec"

# Whose the slots were that were in use at the start, stock does not tell.
is_reported held 0 '[.most_slots_in_use, .one_device]' '[7,false]' 'what was in use at the start is a part of the peak'
report held -d 0000:00:04.0
is "$status $(jq -c '[.most_slots_in_use, .one_device]' "$out/json")" '0 [null,true]' \
	'-d: of one device it is not known'
like "$($x report -d 0000:00:04.0 -i "$out/held.rec")" \
	'not known, for nobody tells whose the slots were .* \(2 by what is here\) of this device' 'and said to be'
is_reported one_device 0 '[.most_slots_in_use, .one_device, .events]' '[null,true,5]' \
	'so it is in a recording of one device'
is_reported one_device_at_first 0 '[.most_slots_in_use, .one_device]' '[2,true]' 'but for a pool that was empty'
like "$($x report -i "$out/one_device_at_first.rec")" 'at most 2 in use \(at 0.000 s\) of this device' \
	'of which the peak is that of this device'
is_reported late_ring 0 '.most_module_slots_in_use' 3 \
	'what the module lists when a device came to it is later than what was told before'
is_reported no_unmaps 0 '.most_slots_in_use' null 'off Xen, without one unmap: the peak is not known'
is_reported iommu 0 .most_slots_in_use null 'nor where an IOMMU'"'"'s code asks for slots by its granule'
is_reported unmaps 0 '.most_slots_in_use' 2 'and with unmaps it is'

is_reported cut 1 '[.whole, .events, .most_slots_in_use]' '[false,3,null]' \
	'cut off: what is before is reported, but no peak'
like "$($x report -i "$out/cut.rec" 2>/dev/null)" 'not known, for the recording was cut off' 'and why'
for name in longer twice kind_0 kind_9 short_lost wrong_count gap_in_sequence flipped; do
	is_reported $name 1 '[.whole, .most_slots_in_use]' '[false,null]' "$name: damaged, so the peak is not known"
	like "$(cat "$out/err")" 'is damaged from byte [0-9]+ on' 'and told where'
done
is_reported flipped 1 '[.events, .lost]' '[0,0]' 'a bit in the kind of a block invents nothing'
for name in version_1 version_3; do
	complains "$name: refused" 2 "its version is not the one this tool reads" \
		$x report -i "$out/$name.rec"
done
complains 'the end of a longer head cut off' 2 'cut off within its head' $x report -i "$out/placed_cut.rec"
complains 'a head cut off' 2 'is not a recording' $x report -i "$out/cut_in_head.rec"
complains 'a head of 2 GiB' 2 'its head is damaged' $x report -i "$out/huge_head.rec"
is_reported limits 0 '[.whole, .events]' '[true,3]' 'numbers at their limits'

is "$($x report -i "$out/escape.rec" | tr -d '[:print:]\n' | wc -c)" 0 'a name moves no cursor'
is "$($x report -j -i "$out/placed_evil.rec" | tr -d '[:print:]\n' | wc -c)" 0 'nor a version'
for name in escape no_end_of_name; do
	report $name
	passes "$name: its JSON is one" python3 -c 'import json, sys; json.loads(open(sys.argv[1], "rb").read().decode())' "$out/json"
done
is "$(jq -r '.devices[0] | [.device, .driver, .backend] | join(" ")' "$out/json")" \
	"$(printf 'A%.0s' {1..31}) $(printf 'B%.0s' {1..23}) $(printf 'C%.0s' {1..15})" \
	'names without an end do not run into each other'
for command in "$x report -i $out/good.rec" "$x report -j -i $out/good.rec"; do
	$command >/dev/full 2>"$out/err"
	is "$? $(cat "$out/err")" "2 xswbounce: can't write the output: No space left on device" \
		'a full disk is an error'
done

# The description of the file, and the file.
cat >"$out/sizes.c" <<'C'
#include "show/recording.h"
int main(void)
{
	printf("%zu %zu %zu %zu %zu %zu %d", sizeof(struct recording_head),
	       sizeof(struct recording_block), sizeof(struct recording_device),
	       sizeof(struct recording_event), sizeof(struct recording_lost),
	       sizeof(struct recording_end), RECORDING_VERSION);
}
C
gcc -I traces/xswbounce -o "$out/sizes" "$out/sizes.c" || bail 'recording.h does not compile'
format=traces/xswbounce/FORMAT.md
is "$(sed -nE 's/^\*\*(Head|Block|Event)\*\* \(([0-9]+) bytes.*/\1 \2/p; s/^\| [134] ([a-z]+) \|.*\| ([0-9]+) \|$/\1 \2/p
	s/^# .* version ([0-9]+)$/version \1/p' $format | sort)" \
	"$("$out/sizes" | awk '{ print "Head", $1; print "Block", $2; print "device", $3; print "Event", $4
		print "lost", $5; print "end", $6; print "version", $7 }' | sort)" 'FORMAT.md has the sizes of recording.h'
done_testing
