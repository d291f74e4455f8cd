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
	leaks -- ip netns exec xsw-a iperf3 -c 10.99.0.2 -t 10
	is "$(jq '[.windows >= 4, (.leaks | length)] | @csv' -r "$out/json")" 'true,0' \
		"$backend: leaks: NICs under load leak nothing"
	driver_take "$narrow_bdf" || bail "can't bind the test's driver to $narrow_bdf"
	for load in idle busy; do
		[ $load = idle ] || load_start ip netns exec xsw-a iperf3 -c 10.99.0.2 -t 100
		held_before="$(held_by_nic)"
		leaks -- bash -c "leak_slowly $narrow_bdf"
		[ $load = idle ] || load_end
		is "$(jq -r '[.leaks[].device] | unique | join(" ")' "$out/json")" "$narrow_bdf" \
			"$backend: leaks: the planted one is found beside $load NICs, and nothing else"
		is "$(jq '[.leaks[].stack | index("full_proxy_write") != null] | length > 0 and all' "$out/json")" true \
			"$backend: leaks: its stack is told"
		at_least "$(jq '[.leaks[].live] | add // 0' "$out/json")" 30 \
			"$backend: leaks: and how many are live"
		[ $load = busy ] || within "$(older_of_nic)" "$held_before" 50 \
			"$backend: leaks: and what an idle NIC's receive ring holds is older ($held_before)"
		for i in {1..50}; do echo "unmap $i"; done | driver_requests
	done
}

failing()
{
	failures_begin
	$x full --json -- sh -c "$exhaust" 2>/dev/null | grep '^{' >"$out/failures"
	failures_end
	# an idle NIC may want a buffer while the pool is full
	jq -c "select(.device == \"$narrow_bdf\")" "$out/failures" >"$out/full"
	is "$(wc -l <"$out/full")" "$(cat "$out/failed")" "$backend: full: every failed mapping is told"
	is "$(jq -r 'select(.size == 2048).reason' "$out/full" | sort -u)" full \
		"$backend: full: an exhausted pool"
	if [ "$backend" = stock ]; then
		is "$(jq -r 'select(.size == 524288).reason' "$out/full" | sort -u)" too-large \
			'stock: full: too large is told from full'
		is "$(jq -r 'select(.size == 262144).reason' "$out/full" | sort -u)" fragmented \
			'stock: full: room, but no run of it'
	else
		is "$(jq -r .reason "$out/full" | sort | uniq -c | awk '{ print $2, $1 }')" \
			"$(failures_of_module)" 'module: full: as many of each kind as the module counts'
	fi
	verdict -- sh -c "$exhaust"
	is "$(jq -r '[.verdict, .devices[0].device] | join(" ")' "$out/json")" "failing $narrow_bdf" \
		"$backend: verdict: failing mappings come first"
	is "$(device "$narrow_bdf" '[.fails[]] | add')" "$(cat "$out/failed")" \
		"$backend: verdict: all are counted"
}

# Each cause alone, by what the verdict says in words.
full_or_too_large()
{
	local larger='swiotlb=65536'

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
}

# Nobody looks: the flight recorder does.
recorded()
{
	local file

	watch_start
	sh -c "$exhaust"
	watch_end
	file=$(find "$out/watch" -name 'incident-*.txt')
	is "$(wc -w <<<"$file")" 1 "$backend: watch: a storm of failures makes one file"
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
}

# As many as the kernel's own function is called.
exchanged()
{
	local probe=/sys/kernel/tracing/kprobe_events event=/sys/kernel/tracing/events/xsw_test/make
	local made

	echo 'p:xsw_test/make xen_create_contiguous_region' >>$probe
	echo 'hist:keys=common_pid' >$event/trigger
	$x exchange --json -- bash -c "cd /sys/bus/pci/drivers/ehci-pci &&
		echo $narrow_bdf >unbind; sleep 1; echo $narrow_bdf >bind; sleep 2" >"$out/exchange" 2>/dev/null
	made=$(awk '/Hits:/ { print $2 }' $event/hist)
	is "$(jq -s '[.[] | select(.op == "make")] | length' "$out/exchange")" "$made" \
		"exchange: every one is told ($made)"
	at_least "$made" 1 'exchange: there were some'
	is "$(jq -s '[.[] | select(.op == "make") | .address_bits == 32 and .rc == 0 and .ns > 0] | all' \
		"$out/exchange")" true 'exchange: with bits, result and time'
	echo '!hist:keys=common_pid' >>$event/trigger
	echo '-:xsw_test/make' >>$probe
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
