#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce on the stock backend, each count against what was moved.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/tool.sh

size=$((4 << 20))
find_disks

$x top -a --json -- bash -c "read_disk $disk $size; read_disk $wide $size" >"$out/json" 2>"$out/err"
is $? 0 'top counts while a program runs'
is "$(of "$bdf" .bounce_bytes)" $size 'top: bounced bytes of the narrow disk equal the bytes read'
is "$(of "$bdf" .copied_bytes)" $((2 * size)) 'top: copied in at the map and out at the unmap'
is "$(of "$bdf" '.bounces == .reasons.mask and .bounces == .maps')" true \
	'top: every map bounced, for its mask alone'
is "$(of "$bdf" '.unmaps_bounced == .bounces and .in_flight == 0')" true 'top: none is in flight'
is "$(of "$wide_bdf" '.bounces == 0 and .maps > 0')" true 'top: the wide disk maps, none bounces'
is "$(jq '.lost.devices + .lost.starts' "$out/json")" 0 'top: nothing was lost'
like "$(cat "$out/err")" 'own cost: ' 'top: its own cost is told'
# What it costs in the kernel is sampled for 20 ms after a quarter of a second, two, four and eight:
# the program maps all the while.
$x top --json -- timeout 12 dd if="/dev/$disk" of=/dev/null bs=4k iflag=direct >/dev/null 2>"$out/err"
like "$(cat "$out/err")" 'in the kernel [0-9]+ ns a probe, [0-9.]+ % of one CPU' \
	'top: and what it costs in the kernel, though the program has ended by then'
# Without -a maps are counted for half a second of ten: bounces all the time, as exactly.
$x top --json -- bash -c "while [ \$SECONDS -lt 21 ]; do
	read_disk $disk 65536; read_disk $wide 65536; n=\$((n + 1)); done; echo \$n >$out/reads" >"$out/json" 2>"$out/err"
read_bytes=$((65536 * $(cat "$out/reads")))
is "$(of "$bdf" '[.bounce_bytes, .copied_bytes, .bounces == .unmaps_bounced]')" \
	"[$read_bytes,$((2 * read_bytes)),true]" 'top: each byte bounced, whether maps are counted or not'
if sort -VC <<<"6.10"$'\n'"$(uname -r)"; then
	is "$(of "$bdf" '.maps == null and .maps_counted > 0 and .maps_counted == .maps_counted_bounced and
		.maps_counted < .bounces / 2')" true 'top: maps that were counted: of the narrow disk all bounced'
	is "$(of "$wide_bdf" '.maps == null and .maps_counted > 0 and .maps_counted_bounced == 0 and .bounces == 0')" \
		true 'top: and of the wide disk none'
	is "$(jq ".seconds as \$all | .devices[] | select(.device == \"$bdf\").maps_counted_seconds / \$all |
		. > 0.04 and . < 0.12" "$out/json")" true 'top: in about half a second of ten'
	within "$(of "$bdf" '.maps_counted / .maps_counted_seconds | floor')" \
		"$(jq ".seconds as \$all | .devices[] | select(.device == \"$bdf\").bounces / \$all | floor" "$out/json")" 500 \
		'top: and their rate is that of all'
else
	is "$(of "$bdf" '.maps == .bounces') $(of "$wide_bdf" '.maps > 0 and .bounces == 0')" 'true true' \
		'top: a kernel whose pool no program can hang on: every map is counted'
fi
bash -c "while read_disk $disk 65536; do :; done" 2>/dev/null &
load=$!
$x top --json 0.2 6 2>/dev/null | grep '^{' >"$out/lines"
kill $load
wait $load
is "$(jq -s "[.[].devices[] | select(.device == \"$bdf\") | select(.maps != null) | .maps == .bounces] |
	length >= 1 and all" "$out/lines")" true \
	'top: an interval within the counted half second has its maps, as many as bounced'
# The table; beside it the same in numbers. What a map copies on average depends on no time.
$x top -a --json -- bash -c "$x top -a -- bash -c 'read_disk $disk $size; read_disk $wide $size' >$out/table" \
	>"$out/json" 2>/dev/null
is "$(awk -v d="$bdf" '$1 == d { print $3, $5, $6, $8, $9 }' "$out/table")" '32 100.0 mask 0 0' \
	'top: the table: the narrow disk'
is "$(awk -v d="$wide_bdf" '$1 == d { print $3, $5, $6, $7, $8, $9 }' "$out/table")" '64 0.0 direct 0.00 0 0' \
	'top: the table: the wide disk'
within "$(awk -v d="$bdf" '$1 == d { printf "%.0f\n", $7 * 1e6 / $4 }' "$out/table")" \
	"$(of "$bdf" '.copied_bytes / .maps | floor')" 50 'top: the table: as many bytes copied a map'

$x top -d "$wide_bdf" --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(jq '.devices | length' "$out/json")" 0 'top -d: another device is not shown'
is "$($x top --json 0.3 3 2>/dev/null | jq -s length)" 3 'top INTERVAL COUNT prints so often'
$x top --json -- bash -c 'exit 5' >/dev/null 2>&1
is $? 5 "the program's exit status is passed on"

# The keys, on a terminal. The narrow disk copies more, the wide one maps more.
bash -c "while read_disk $disk 65536; do dd if=/dev/$wide of=/dev/null bs=4k count=50 iflag=direct; done" \
	2>/dev/null &
load=$!
: >"$out/screen"
mkfifo "$out/keys"
timeout 120 script -qfec "$x top 1" "$out/screen" <"$out/keys" >/dev/null &
terminal=$!
exec 3>"$out/keys"
frames()
{
	grep -c $'\033[[]J' "$out/screen"
}
await_frames()
{
	local tries wanted=$(($(frames) + $1))

	for tries in {1..200}; do
		[ "$(frames)" -lt $wanted ] || return 0
		sleep 0.2
	done
	echo "# no $wanted tables after $tries tries"
}
# The device in the first row of the last table that is whole.
first_row()
{
	awk -v RS=$'\033[[]H\033[[]J' '/pool of/ { last = $0 }
		END { split(last, line, "\n"); split(line[2], word, " "); print word[1] }' "$out/screen"
}
# On a busy host one of the two may move nothing in the second of a table.
first_becomes() # first_becomes BDF NAME
{
	local tries first

	for tries in {1..20}; do
		await_frames 1
		first=$(first_row)
		[ "$first" != "$1" ] || break
	done
	is "$first" "$1" "$2, in table $tries"
}
first_becomes "$bdf" 'top: on a terminal, by bytes copied'
printf m >&3
first_becomes "$wide_bdf" 'top: m sorts by maps'
printf ' ' >&3
for _ in {1..10}; do
	seen=$(frames)
	sleep 3
	[ "$(frames)" -ne "$seen" ] || break
done
is "$(frames)" "$seen" 'top: space pauses'
printf ' ' >&3
await_frames 2
at_least "$(frames)" $((seen + 1)) 'top: and goes on'
printf q >&3
wait $terminal
is $? 0 'top: q ends it'
exec 3>&-
kill $load
wait $load

$x top --latency --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(of "$bdf" '.map_p50_ns > 0 and .map_p99_ns >= .map_p50_ns')" true 'top --latency: p50 and p99'

$x top -p "$out/prom" --json -- bash -c "read_disk $disk $size" >/dev/null 2>&1
is "$(grep "^xswbounce_bounced_bytes_total{device=\"$bdf\"" "$out/prom" | cut -d ' ' -f 2)" $size \
	'top -p: the same bytes for Prometheus'
is "$(grep -vcE '^# (HELP|TYPE) xswbounce_[a-z_]+ .+$|^xswbounce_[a-z_]+([{][a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*[}])? [0-9.]+$' \
	"$out/prom")" 0 'top -p: each line has the form of version 0.0.4'
is "$(grep -c '^# TYPE .*_total gauge' "$out/prom")" 0 'top -p: totals are counters'

$x sizes --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(of "$bdf" '([.sizes[][1]] | add) == .bounces')" true 'sizes: all bounces have one'
is "$(of "$bdf" "([.sizes[] | .[0] * .[1]] | add) as \$low | \$low <= $size and 2 * \$low > $size")" \
	true 'sizes: they hold the bytes read'

$x latency --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(of "$bdf" '(.calls[] | select(.call == "map bounced").count) == .bounces')" true \
	'latency: each bounced map was timed'
is "$(of "$bdf" '(.calls[] | select(.call == "unmap bounced").count) == .unmaps_bounced')" true \
	'latency: each unmap was timed'
is "$(of "$bdf" '[.calls[] | ([.histogram_ns[][1]] | add) == .count] | all')" true \
	'latency: the histograms are whole'
is "$(of "$bdf" '[.calls[] | [.mean_ns * .count, ([.histogram_ns[] | .[0] * .[1]] | add), .p50_ns <= .p99_ns] |
	.[1] <= .[0] * 1.0001 and .[0] <= .[1] * 1.126 and .[2]] | all')" true \
	'latency: mean, quantiles and histogram agree'
is "$(jq "([.devices[].calls[] | .mean_ns * .count] | add) < .seconds * 1e9" "$out/json")" true \
	'latency: all calls together take less than the time'
like "$($x latency -- bash -c "read_disk $disk $size" 2>/dev/null)" \
	"$bdf \(.*\), map bounced: [0-9]+ calls, mean" 'latency: readable'

$x stacks --json --svg "$out/svg" -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(jq "[.sites[] | select(.device == \"$bdf\").bytes] | add" "$out/json")" $size \
	'stacks: their bytes add up to what was read'
is "$(jq "[.sites[] | select(.device == \"$bdf\").stack | index(\"usb_hcd_map_urb_for_dma [usbcore]\") != null] | all" \
	"$out/json")" true 'stacks: they name who maps'
is "$(jq '[.sites[].stack[] | select(test("^bpf_|trampoline"))] | length' "$out/json")" 0 \
	'stacks: no frame of the tracing itself'
is "$(head -c 4 "$out/svg") $(tail -n 1 "$out/svg") $(grep -c usb_hcd_map_urb "$out/svg")" \
	'<svg </svg> 1' 'stacks: a flame graph is drawn'
is "$($x stacks -- bash -c "read_disk $disk $size" 2>/dev/null | awk -v d="$bdf;" \
	'index($0, d) == 1 { sum += $NF } END { print sum }')" $size 'stacks: folded lines'
$x top --json -- bash -c "$x stacks --by count -- bash -c 'read_disk $disk $size' >$out/folded" \
	>"$out/json" 2>/dev/null
is "$(awk -v d="$bdf;" 'index($0, d) == 1 { sum += $NF } END { print sum }' "$out/folded")" \
	"$(of "$bdf" .bounces)" 'stacks --by count: each bounce'
is "$($x stacks --by time --json -- bash -c "read_disk $disk $size" 2>/dev/null |
	jq '[.sites[].ns] | all(. > 0) and add < 60e9')" true 'stacks --by time: the time of each'

$x record -o "$out/rec" -- bash -c "read_disk $disk $size" 2>/dev/null
$x report -i "$out/rec" --json >"$out/json"
is $? 0 'record, report: the recording is whole'
is "$(of "$bdf" .bounce_bytes)" $size 'report: bounced bytes equal the bytes read'
is "$(of "$bdf" '.maps == .unmaps')" true 'report: as many unmaps as maps'
is "$(jq .lost "$out/json")" 0 'report: nothing was lost'
head -c $(($(stat -c %s "$out/rec") - 100)) "$out/rec" >"$out/cut"
$x report -i "$out/cut" --json >"$out/json" 2>"$out/err"
is "$? $(jq .whole "$out/json")" '1 false' 'report: a recording that was cut off is told'
like "$(cat "$out/err")" 'was cut off at byte [0-9]+' 'report: and where'
cp "$out/rec" "$out/bad"
printf '\377' | dd of="$out/bad" bs=1 seek=$(($(stat -c %s "$out/rec") / 2)) conv=notrunc 2>/dev/null
$x report -i "$out/bad" --json >/dev/null 2>"$out/err"
is $? 1 'report: a changed byte is found'
like "$(cat "$out/err")" 'is damaged from byte' 'report: and told'

# Nothing stays behind, however it ends.
programs()
{
	bpftool -j prog list | jq '[.[] | select(.type == "tracing")] | length'
}
before=$(programs)
for signal in INT TERM KILL; do
	env --default-signal=INT $x top --json 100 >/dev/null 2>&1 &
	pid=$!
	for _ in {1..100}; do
		[ "$(programs)" -lt $((before + 3)) ] || break
		sleep 0.1
	done
	at_least "$(programs)" $((before + 3)) "it runs: $signal comes"
	kill -$signal $pid
	wait $pid 2>/dev/null
	for _ in {1..50}; do
		[ "$(programs)" -ne "$before" ] || break
		sleep 0.1
	done
	is "$(programs)" "$before" "no program is left after $signal"
done

# A device that disappears while it is watched, and comes again.
$x top -d "$bdf" --json -- bash -c "read_disk $disk $size; echo 1 >/sys/bus/pci/devices/$bdf/remove" \
	>"$out/json" 2>"$out/err"
is "$? $(of "$bdf" .bounce_bytes) $(grep -vc 'own cost' "$out/err")" "0 $size 0" \
	'top: a device that disappears meanwhile: what it did is told'
complains 'and is not there any more' 2 "no PCI device '$bdf'" $x top -d "$bdf" 0.2 1
echo 1 >/sys/bus/pci/rescan
wait_for_disk 32 "$bdf" || bail 'the narrow disk did not come back'
$x top -d "$bdf" --json -- bash -c "read_disk $disk $size" >"$out/json" 2>/dev/null
is "$(of "$bdf" .bounce_bytes)" $size 'top: and is counted when it has come again'
# Meanwhile it is another device, wherever the kernel puts it: its counters begin at 0.
$x top --json -p "$out/prom" -- bash -c "read_disk $disk $size; echo 1 >/sys/bus/pci/devices/$bdf/remove
	echo 1 >/sys/bus/pci/rescan; wait_for_disk 32 $bdf && read_disk \$disk $size" >"$out/json" 2>/dev/null
wait_for_disk 32 "$bdf" || bail 'the narrow disk did not come back again'
is "$(of "$bdf" .bounce_bytes | sort -n | head -n 1) $(of "$bdf" .bounce_bytes | wc -l)" "$size 2" \
	'top: one that comes again meanwhile: the old one keeps its bytes, the new one has a row of its own'
at_least "$(of "$bdf" .bounce_bytes | sort -n | tail -n 1)" $size 'top: with all of its own bytes'
is "$(sed -n "s/^xswbounce_bounced_bytes_total{device=\"$bdf\",.*} //p" "$out/prom")" \
	"$(of "$bdf" .bounce_bytes | awk "{ sum += \$1 } END { print sum }")" 'top: in the file it goes on in its series'

refused()
{
	local name=$1 pattern=$2

	shift 2
	"$@" >"$out/stdout" 2>"$out/err"
	is "$?" 2 "$name: exit status 2"
	like "$(head -n 1 "$out/err")" "$pattern" "$name: one clear line"
}
refused 'not root' 'must be root' setpriv --reuid 65534 --clear-groups $x top
refused 'unknown command' "unknown command 'tip'" $x tip
refused 'no such device' 'no PCI device' $x top -d 0000:7f:1f.7
refused 'bad interval' 'INTERVAL must be' $x top 0
refused 'bad count' 'COUNT must be' $x top 1 x
refused 'no program' 'no command after --' $x top --
refused 'no recording named' 'name the file' $x record
refused 'no such recording' "can't read" $x report -i "$out/none"
refused 'not a recording' 'not a recording' $x report -i /bin/true
like "$($x --help)" 'Examples:' '--help'
for command in verdict top latency sizes stacks leaks full exchange record report watch occupancy; do
	like "$($x $command --help)" 'Examples:' "$command --help has examples"
done

done_testing
