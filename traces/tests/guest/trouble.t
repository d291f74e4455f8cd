#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce where something is wrong, planted with a driver: leaks, exhaustion, a lack of exchanges.
# On the stock backend, then with the module owning the NICs and the driver's device.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/network.sh
. traces/tests/driver.sh
. traces/tests/module.sh
. traces/tests/verdict.sh
. traces/tests/trouble.sh
. traces/tests/tool.sh

# NICs and a driver that leaks slowly: only the driver is named, while the NICs idle and under load.
leaking()
{
	driver_take "$narrow_bdf" || bail "can't bind the test's driver to $narrow_bdf"
	leaks -- sh -c "for i in 1 2 3 4 5 6 7; do echo map \$i 4096 to; done \
		>/sys/kernel/debug/dmabench/$narrow_bdf/sequence
		exec ip netns exec xsw-a iperf3 -c 10.99.0.2 -t 16"
	is "$? $(jq '[.windows >= 4, (.leaks | length)] | @csv' -r "$out/json")" '0 true,0' \
		"$backend: leaks: NICs under load leak nothing"
	is "$(jq -c "[.held[] | select(.device == \"$narrow_bdf\") | .live, .bytes, (.oldest_ns > 6e9)]" "$out/json")" \
		'[7,28672,true]' "$backend: leaks: what is only old is listed as held"
	for i in {1..7}; do echo "unmap $i"; done | driver_requests
	for load in idle busy; do
		[ $load = idle ] || load_start ip netns exec xsw-a iperf3 -c 10.99.0.2 -t 300
		held_before="$(held_by_nic)"
		leaks -- bash -c "leak_slowly $narrow_bdf"
		status=$?
		[ $load = idle ] || load_end
		is $status 1 "$backend: leaks: its exit status tells a leak"
		[ $status = 1 ] || sed 's/^/# /' "$out/json" "$out/err"
		is "$(jq -r '[.leaks[].device] | unique | join(" ")' "$out/json")" "$narrow_bdf" \
			"$backend: leaks: the planted one is found beside $load NICs, and nothing else"
		is "$(jq '[.leaks[].stack | index("full_proxy_write") != null] | length > 0 and all' "$out/json")" true \
			"$backend: leaks: its stack is told"
		is "$(jq '[.leaks[].live] | add // 0 | . >= 50 and . <= 80' "$out/json")" true \
			"$backend: leaks: and how many are live"
		[ $load = busy ] || within "$(older_of_nic)" "$held_before" 50 \
			"$backend: leaks: and what an idle NIC's receive ring holds is older ($held_before)"
		for i in {1..80}; do echo "unmap $i"; done | driver_requests
	done
}

failing()
{
	failures_begin
	$x top --json -p "$out/prom" -- $x full --json -- sh -c "$exhaust" >"$out/both" 2>/dev/null
	grep '"command":"full"' "$out/both" >"$out/failures"
	failures_end
	# an idle NIC may want a buffer while the pool is full
	jq -c "select(.device == \"$narrow_bdf\")" "$out/failures" >"$out/full"
	is "$(wc -l <"$out/full")" "$(cat "$out/failed")" "$backend: full: every failed mapping is told"
	is "$(jq -r 'select(.size == 2048).reason' "$out/full" | sort -u)" full \
		"$backend: full: an exhausted pool"
	is "$(jq -r '[.pool_slots, (.reason != "full" or .pool_used == .pool_slots)] | @csv' "$out/full" | sort -u)" \
		"$(pool_slots),true" "$backend: full: with the pool as it was: its size, and all of it used"
	is "$(jq -r 'select(.reason == "fragmented") | .pool_used + 128 <= .pool_slots and
		(.largest_free_slots // 0) < 128' "$out/full" | sort -u)" true \
		"$backend: full: or room for it, but no run"
	if [ "$backend" = stock ]; then
		is "$(jq -r 'select(.size == 524288).reason' "$out/full" | sort -u)" too-large \
			'stock: full: too large is told from full'
		is "$(jq -r 'select(.size == 262144).reason' "$out/full" | sort -u)" fragmented \
			'stock: full: room, but no run of it'
	else
		is "$(jq -r .reason "$out/full" | sort | uniq -c | awk '{ print $2, $1 }')" \
			"$(failures_of_module)" 'module: full: as many of each kind as the module counts'
	fi
	is "$(sed -n "s/^xswbounce_map_failures_total{device=\"$narrow_bdf\",.*reason=\"\(.*\)\"} /\1 /p" "$out/prom" |
		awk '{ sum[$1] += $2 } END { for (reason in sum) if (sum[reason]) print reason, sum[reason] }' | sort)" \
		"$(jq -r .reason "$out/full" | sort | uniq -c | awk '{ print $2, $1 }')" \
		"$backend: top -p: as many failures by reason"
	verdict -- sh -c "$exhaust"
	is "$(jq -r '[.verdict, .devices[0].device] | join(" ")' "$out/json")" "failing $narrow_bdf" \
		"$backend: verdict: failing mappings come first"
	is "$(device "$narrow_bdf" '[.fails[]] | add')" "$(cat "$out/failed")" \
		"$backend: verdict: all are counted"
	# none is left unread when the program ends with its last failure
	$x full --json -- sh -c "$exhaust_only" 2>/dev/null | grep '^{"schema"' >"$out/full"
	sh -c "$release"
	is "$(jq -c "select(.device == \"$narrow_bdf\")" "$out/full" | wc -l)" "$(cat "$out/failed")" \
		"$backend: full: all are told, to the end of the program"
}

# Each cause alone, by what the verdict says in words.
full_or_too_large()
{
	local larger

	larger=swiotlb=$((2 * $(cat /sys/kernel/debug/swiotlb/io_tlb_nslabs)))
	[ "$backend" = stock ] || larger='pool_bytes'
	verdict_words -- sh -c "$only_full"
	like "$(cat "$out/words")" "^Mappings FAIL: [0-9]+ in [0-9.]+ s, most of $narrow_bdf.*FAILED: [0-9]+ mappings, full.*
 +to do: the pool is full: .*$larger" "$backend: look-alike: full, not too large"
	is "$(grep -c too-large "$out/words")" 0 "$backend: of which nothing is said"
	[ "$backend" = stock ] || return 0
	verdict_words -- sh -c "$only_large"
	like "$(cat "$out/words")" "^Mappings FAIL: 1 in [0-9.]+ s, most of $narrow_bdf.*FAILED: 1 mappings, too-large
 +to do: it maps more than 256 KiB at once, which no pool size cures" \
		'stock: look-alike: too large, not full'
	$x full -- sh -c "$only_large" >"$out/words" 2>/dev/null
	like "$(cat "$out/words")" "$narrow_bdf dmabench: 524288 bytes FAILED: too-large; pool [0-9]+ of $(pool_slots) slots used.*; by sh \([0-9]+\)
failed mappings: 1" 'stock: full: in words'
}

# Nobody looks: the flight recorder does.
recorded()
{
	local file tries wanted=1

	# the module's may be full and empty again while the first is written
	[ "$backend" != stock ] || wanted=2
	watch_start
	sh -c "$exhaust_only"
	for tries in {1..150}; do
		[ "$(wc -l <"$out/watched")" -lt $wanted ] || break
		sleep 0.2
	done
	sh -c "$release"
	watch_end
	grep -H "^a mapping of .* failed for $narrow_bdf" "$out"/watch/incident-*-failure.txt >"$out/causes"
	sed 's/.*): \([a-z-]*\);.*/\1/' "$out/causes" | sort >"$out/reasons"
	at_least "$(wc -l <"$out/reasons")" 1 "$backend: watch: a storm of failures of a device makes a file"
	is "$(uniq -d "$out/reasons")" '' "$backend: watch: and no more than one for each reason"
	file=$(sed -n '1s/:.*//p' "$out/causes")
	[ "$backend" != stock ] || is "$(find "$out/watch" -name 'incident-*-occupancy.txt' | wc -l)" 1 \
		'stock: watch: the pool that it filled makes another'
	is "$(find "$out/watch" -printf '%m ' | tr ' ' '\n' | sort -u | tr '\n' ' ')" '600 700 ' \
		"$backend: watch: for root alone"
	elsewhere "$file" >"$out/text"
	is $? 0 "$backend: watch: the file is whole, and read by nobody's hands on a machine without a /sys"
	like "$(cat "$out/text")" "a mapping of .* failed for $narrow_bdf" "$backend: watch: it tells the cause"
	like "$(cat "$out/text")" "$narrow_bdf +dmabench +guest own +[0-9]+ mappings" \
		"$backend: watch: and who held the pool"
	like "$(cat "$out/text")" 'full_proxy_write' "$backend: watch: by which stack"
	like "$(cat "$out/text")" '== kernel log' "$backend: watch: and the kernel log"
	if [ "$backend" = stock ]; then
		like "$(grep '############' "$out/text" | head -n 1)" '#' 'stock: watch: and a map of the pool'
	else
		at_least "$(grep -cE '^[0-9]+ 0x[0-9a-f]+ 2097152 1024 ' "$out/text")" 24 \
			'module: watch: and its segments, all used'
	fi
	sed -i 's/dmabench/dmabunch/' "$file"
	$x report -i "$file" >/dev/null 2>"$out/err"
	is $? 1 "$backend: watch: a file that was changed is found out"
	rm -rf "$out/watch"
	watch_start --occupancy 50
	sh -c "$half"
	watch_end
	like "$(cat "$out/watched")" 'the pool of .* is [5-9][0-9]\.[0-9] % full' \
		"$backend: watch: occupancy is a cause"
	rm -rf "$out/watch"
	[ "$backend" = stock ] || return 0
	# stopped while it writes the first of two
	watch_start
	sh -c "$exhaust_only"
	kill -TERM "$watch_pid"
	wait "$watch_pid"
	sh -c "$release"
	is "$(find "$out/watch" -name 'incident-*' | sed 's/.*-\(.*\)\.txt/\1/' | sort -u | paste -sd' ')" 'failure occupancy' \
		'stock: watch: what is queued when it is stopped gets its file'
	rm -rf "$out/watch"
	# shellcheck disable=SC2016 # expanded there
	watch_in=(unshare -m sh -c 'umount -l /sys/kernel/debug && exec "$@"' sh)
	watch_start --occupancy 50
	watch_in=()
	sh -c "$half"
	watch_end
	like "$(cat "$out/watched")" 'the pool of .* is [5-9][0-9]\.[0-9] % full' \
		'stock: watch: so it is where no debugfs tells how full the pool is'
	rm -rf "$out/watch"
}

# How often the kernel's own functions are called, by op, order and address bits.
exchanged()
{
	local probe=/sys/kernel/tracing/kprobe_events events=/sys/kernel/tracing/events/xsw_test op

	echo "p:xsw_test/make xen_create_contiguous_region order=\$arg2:u32 bits=\$arg3:u32" >>$probe
	echo "p:xsw_test/undo xen_destroy_contiguous_region order=\$arg2:u32" >>$probe
	echo 'hist:keys=order,bits' >$events/make/trigger
	echo 'hist:keys=order' >$events/undo/trigger
	$x top --json -p "$out/prom" -- $x exchange --json -- bash -c "cd /sys/bus/pci/drivers/ehci-pci &&
		echo $narrow_bdf >unbind; sleep 1; echo $narrow_bdf >bind; sleep 2" >"$out/both" 2>/dev/null
	grep '"command":"exchange"' "$out/both" >"$out/exchange"
	grep '"command":"top"' "$out/both" >"$out/json"
	for op in make undo; do
		awk -v op=$op '/^{/ { gsub(/[{},:]/, " "); print op, $2, op == "make" ? $4 : 0, $NF }' \
			$events/$op/hist
	done | sort >"$out/called"
	echo '!hist:keys=order,bits' >>$events/make/trigger
	echo '!hist:keys=order' >>$events/undo/trigger
	echo '-:xsw_test/make' >>$probe
	echo '-:xsw_test/undo' >>$probe
	grep -q '^make' "$out/called" || bail 'the driver had no region made'
	is "$(jq -r '[.op, .order, .address_bits] | join(" ")' "$out/exchange" | sort | uniq -c |
		awk '{ print $2, $3, $4, $1 }' | sort)" "$(cat "$out/called")" \
		'exchange: every one is told, with order and bits'
	is "$(jq -s 'all(.rc == 0 and .ns > 0) and ([.[].ns] | add) < 4e9' "$out/exchange")" true \
		'exchange: with result and time'
	is "$(jq '.exchanges.calls' "$out/json") $(sed -n 's/^xswbounce_exchanges_total //p' "$out/prom")" \
		"$(wc -l <"$out/exchange") $(wc -l <"$out/exchange")" 'exchange: as many as top counts, and its file'
}

whole()
{
	backend=$1
	network_up || bail "$backend: no two linked NICs of 32 bits"
	find_disks
	plans
	leaking
	failing
	full_or_too_large
	recorded
	driver_give_back
	wait_for_disk 32 "$narrow_bdf" || bail "$backend: the narrow disk did not come back"
	network_down
}

whole stock
exchanged
wait_for_disk 32 "$narrow_bdf" || bail 'the narrow disk did not come back'
all_to_module
whole module
all_to_stock
is $? 0 'the module unloads'
done_testing
