#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce top -p: the file for Prometheus is well formed, whole at each instant, and right.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/tool.sh

trap 'umount "$out/small" 2>/dev/null; rm -rf "$out"' EXIT
narrow_disk || bail 'no disk behind a controller of 32 bits'
size=$((1 << 20))

check()
{
	awk -f traces/tests/prometheus.awk "$1"
}

sample()
{
	grep "^xswbounce_$1 " "$out/prom" | cut -d ' ' -f 2
}

# The reader comes at any moment: while the tool writes ten times a second, each of twenty looks must
# see a whole file.
enough=$(mktemp -u)
$x top -p "$out/prom" --json 0.1 -- bash -c "read_disk $disk $size; until [ -e $enough ]; do sleep 0.2; done" \
	>"$out/json" 2>/dev/null &
pid=$!
until [ -e "$out/prom" ]; do
	kill -0 $pid || bail 'the tool ended'
	sleep 0.1
done
looks=0
: >"$out/torn"
while kill -0 $pid 2>/dev/null; do
	cp "$out/prom" "$out/look" && check "$out/look" >>"$out/torn"
	tail -n 1 "$out/look" | grep -q '^xswbounce_lost_total{cause="nested"} 0$' ||
		tail -n 1 "$out/look" >>"$out/torn"
	looks=$((looks + 1))
	[ $looks -lt 20 ] || touch "$enough"
done
wait $pid
is "$? $(cat "$out/torn")" '0 ' "well formed and whole at each of $looks looks"
rm -f "$enough"
is "$(check "$out/prom")" '' 'well formed at the end'
is "$(ls "$out")" $'json\nlook\nprom\ntorn' 'no file is left besides'
driver=$(basename "$(readlink -f "/sys/bus/pci/devices/$bdf/driver")")
is "$(sample "bounced_bytes_total{device=\"$bdf\",backend=\"swiotlb-xen\"}")" $size \
	'the bytes read'
for metric in counted_maps:maps_counted counted_maps_bounced:maps_counted_bounced copied_bytes:copied_bytes bounced_unmaps:unmaps_bounced; do
	is "$(sample "${metric%:*}_total{device=\"$bdf\",backend=\"swiotlb-xen\"}")" \
		"$(jq -s "[.[].devices[] | select(.device == \"$bdf\").${metric#*:}] | add" "$out/json")" \
		"${metric%:*}: the sum of all intervals"
done
is "$(sample "bounces_total{device=\"$bdf\",backend=\"swiotlb-xen\",reason=\"mask\"}")" \
	"$(jq -s "[.[].devices[] | select(.device == \"$bdf\").bounces] | add" "$out/json")" \
	'bounces by reason'
is "$(sample "device_info{device=\"$bdf\",backend=\"swiotlb-xen\",driver=\"$driver\",mask_bits=\"32\"}")" 1 \
	'the device is named, with its driver and mask'
at_least "$(sample 'pool_used_high_bytes{backend="swiotlb-xen"}')" \
	"$(sample 'pool_used_bytes{backend="swiotlb-xen"}')" 'the most in the last minute'
is "$(sample 'pool_bytes{backend="swiotlb-xen"}')" \
	$(($(cat /sys/kernel/debug/swiotlb/io_tlb_nslabs) * 2048)) 'the size of the pool'
within "$(sample 'pool_used_bytes{backend="swiotlb-xen"}')" \
	$(($(cat /sys/kernel/debug/swiotlb/io_tlb_used) * 2048)) 10 'and what is in use of it'

# Where there is no room a good file must not give way to half a one.
mkdir "$out/small"
mount -t tmpfs -o size=64k,mode=700 none "$out/small"
echo 'good 1' >"$out/small/prom"
cat /dev/zero >"$out/small/filler" 2>/dev/null
$x top -p "$out/small/prom" --json 0.3 4 >/dev/null 2>"$out/err"
is "$(cat "$out/small/prom") $(cd "$out/small" && echo *)" 'good 1 filler prom' \
	'a full file system: the former file stays, nothing besides'
is "$(grep -c "can't write $out/small/prom: No space left on device" "$out/err")" 1 \
	'it is told why, and once'
umount "$out/small"
$x top -p "$out/none/prom" --json 0.3 2 >"$out/json" 2>"$out/err"
is "$? $(wc -l <"$out/json")" '0 2' 'a folder that is not there: the table goes on'
like "$(cat "$out/err")" "can't write $out/none/prom: No such file" 'it is told'

# The check itself: it must see what is wrong.
refused()
{
	printf '%s\n' "$2" >"$out/bad"
	check "$out/bad" >/dev/null
	is $? 1 "the check refuses $1"
}
head=$'# HELP a_total x\n# TYPE a_total counter'
printf '%s\n' "$head" 'a_total{b="c\"d"} 1' 'a_total 2' >"$out/good"
is "$(check "$out/good")" '' 'the check takes what is right'
refused 'no value' "$head"$'\na_total'
refused 'a value that is no number' "$head"$'\na_total 1s'
refused 'a sample without its type' 'a_total 1'
refused 'a series twice' "$head"$'\na_total{b="c"} 1\na_total{b="c"} 2'
refused 'a label without quotes' "$head"$'\na_total{b=c} 1'
refused 'a counter without _total' $'# HELP a x\n# TYPE a counter\na 1'
refused 'a gauge with _total' $'# HELP a_total x\n# TYPE a_total gauge\na_total 1'
refused 'milliseconds' $'# HELP a_ms x\n# TYPE a_ms gauge\na_ms 1'
refused 'a type after its samples' $'# HELP a_total x\na_total 1\n# TYPE a_total counter'

done_testing
