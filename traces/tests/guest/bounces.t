#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tracefs recipe against ground truth: a disk behind a 32-bit controller bounces every byte.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh

bounces=traces/tracefs/bounces
tracefs=/sys/kernel/tracing
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

narrow_disk || bail 'no disk behind a controller of 32 bits'
size=$((4 << 20))
reading=(bash -c "read_disk $disk $size")

$bounces --json --sizes -o "$out/json" -- "${reading[@]}"
is $? 0 'counts while a command runs'
is "$(jq ".devices[] | select(.device == \"$bdf\").bytes" "$out/json")" $size \
	'bounced bytes equal the bytes read'
is "$(jq -c ".devices[] | select(.device == \"$bdf\") | [.reasons | keys[]]" "$out/json")" \
	'["mask"]' 'the reason is mask, and no other'
is "$(jq ".devices[] | select(.device == \"$bdf\").dma_mask_bits" "$out/json")" 32 \
	'it tells the mask'
is "$(jq "[.devices[] | select(.device == \"$bdf\").sizes[].bytes] | add" "$out/json")" $size \
	'the sizes add up to the same bytes'
is "$(jq "[.devices[] | select(.device == \"$bdf\").sizes[] |
	select(.bytes > .up_to * .bounces or .bytes * 2 <= .up_to * .bounces)] | length" "$out/json")" 0 \
	'each size lies within its class'
is "$(jq .dropped "$out/json")" 0 'nothing was dropped'
is "$(jq '.pools[0].bytes' "$out/json")" \
	$(($(cat /sys/kernel/debug/swiotlb/io_tlb_nslabs) * 2048)) 'it tells the size of the pool'

$bounces -- "${reading[@]}" >"$out/table"
is "$(awk -v d="$bdf" '$1 == d { print $4, $5, $7 }' "$out/table")" "32 mask $size" \
	'the table says the same'
like "$(tail -n 1 "$out/table")" "^Bouncing: .* $size bytes .*$bdf .* 32-bit DMA mask" \
	'the verdict names the device and why'

for other in /sys/bus/pci/devices/*; do
	other=${other##*/}
	[ "$other" = "$bdf" ] || break
done
$bounces --device "$other" -- "${reading[@]}" >"$out/table"
like "$(tail -n 1 "$out/table")" '^Not bouncing: ' 'another device alone is not bouncing'
$bounces --device "$bdf" --json -o "$out/json" -- "${reading[@]}"
is "$(jq '.devices[0].bytes' "$out/json")" $size 'the device alone is'

$bounces -- bash -c 'exit 7' >/dev/null
is $? 7 "the command's exit status is passed on"
began=$SECONDS
$bounces -s 2 >/dev/null
is "$? $((SECONDS - began >= 2))" '0 1' '--seconds ends by itself, not before'

# An operator's own tracing must come through unharmed, and nothing of ours may stay.
echo 'hist:keys=size' >$tracefs/events/swiotlb/swiotlb_bounced/trigger
mkdir $tracefs/instances/mine
state()
{
	cat $tracefs/events/swiotlb/swiotlb_bounced/{trigger,enable} $tracefs/tracing_on \
		$tracefs/buffer_size_kb $tracefs/set_event
	ls $tracefs/instances
}
before=$(state)
settled()
{
	local tries

	for tries in {1..50}; do
		[ "$(state)" != "$before" ] || return 0
		sleep 0.2
	done
	echo "# not as before after $tries tries: $(state | diff - <(echo "$before"))"
	return 1
}
$bounces -- true >/dev/null
settled
is $? 0 'nothing is left after a run'
instances()
{
	find $tracefs/instances -maxdepth 1 -name "xsw-bounces-*-$1-*" | wc -l
}
# begun [PID]: it has an instance, and the moment it takes to count in it
begun()
{
	local tries

	for tries in {1..300}; do
		[ "$(instances "${1-*}")" = 0 ] || break
		sleep 0.2
	done
	sleep 2
}
# A background job of a script ignores SIGINT, so each gets its dispositions back first.
for signal in INT:130 TERM:143 HUP:129 KILL:137; do
	env --default-signal=INT $bounces -s 100 >"$out/table" 2>/dev/null &
	pid=$!
	begun $pid
	is "$(instances $pid)" 1 "it runs: ${signal%:*} comes"
	kill -"${signal%:*}" $pid
	wait $pid 2>/dev/null
	is $? "${signal#*:}" "exit status after ${signal%:*}"
	settled
	is $? 0 "nothing is left after ${signal%:*}"
	[ $signal != INT:130 ] ||
		like "$(tail -n 1 "$out/table")" '^(Not b|B)ouncing: ' 'an interrupted run says what it saw'
done

# The guard dies too: the next run cleans up.
setsid $bounces -s 100 >/dev/null 2>&1 &
begun
pid=$(echo $tracefs/instances/xsw-bounces-* | cut -d - -f 4)
kill -KILL -- -"$pid"
sleep 1
is "$(instances "$pid")" 1 'with its guard killed an instance stays'
like "$($bounces -- true 2>&1 >/dev/null)" '^bounces: removed what a run that was killed had left' 'the next run says so'
settled
is $? 0 'and removes it'
rmdir $tracefs/instances/mine
echo '!hist:keys=size' >>$tracefs/events/swiotlb/swiotlb_bounced/trigger

# The same recipe under the shells and awks that are here: the same figures. busybox has its own awk.
mkdir "$out/busybox"
ln -s "$(command -v busybox)" "$out/busybox/awk"
for shell in dash bash 'busybox ash'; do
	for awk in '' busybox; do
		# shellcheck disable=SC2086 # a shell and its argument
		PATH=${awk:+$out/$awk:}$PATH $shell $bounces --json -- bash -c "read_disk $disk $size; exit 3" >"$out/json"
		is "$? $(jq -c ".devices[] | select(.device == \"$bdf\") | [.bytes, .dma_mask_bits, (.reasons | keys)]" "$out/json")" \
			"3 [$size,32,[\"mask\"]]" "under $shell, awk of ${awk:-Debian}: the same figures"
	done
done

complains 'not root' 2 '^bounces: .*must be root' setpriv --reuid 65534 --clear-groups $bounces
# What can't be mapped is no bounce: the driver of the tests asks for more than stock ever maps.
. traces/tests/driver.sh
driver_take "$bdf" || bail "can't bind the test's driver to $bdf"
$bounces --json -o "$out/json" -- sh -c "for i in 1 2 3 4; do echo map \$i 524288 to; done \
	>/sys/kernel/debug/dmabench/$bdf/sequence"
is "$(jq -c ".devices[] | select(.device == \"$bdf\") | [.bounces, .bytes, .too_large.attempts]" "$out/json")" \
	'[0,0,4]' 'attempts above 256 KiB are told as such'
like "$(jq -r .verdict "$out/json")" '^Mappings FAIL: 4 attempts of more than 256 KiB' 'and in the verdict'
driver_give_back
complains 'no tracefs' 2 '^bounces: .*mount -t tracefs' unshare -m sh -c \
	"umount $tracefs; mount -t tmpfs none /sys/kernel/debug; exec $bounces"
complains 'no event' 2 '^bounces: .*without swiotlb' unshare -m sh -c \
	"mount -t tmpfs none $tracefs/events/swiotlb; exec $bounces"
complains 'no such device' 2 '^bounces: .*no PCI device' $bounces -d 0000:7f:1f.7
complains 'malformed device' 2 '^bounces: .*like 0000:' $bounces -d 04.0
complains 'bad seconds' 2 '^bounces: .*whole number' $bounces -s 0
complains 'unknown option' 2 '^bounces: .*--help' $bounces --frobnicate
complains 'no command' 2 '^bounces: .*no command' $bounces --
complains 'unwritable output' 2 "^bounces: .*can't write" $bounces -o /proc/none
like "$($bounces --help)" 'Examples:' '--help has examples'

done_testing
