#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce's verdict: a load that bounces, one that does not, and what looks alike but is not.
# Everything on the stock backend, then with the module owning all four devices.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/network.sh
. traces/tests/driver.sh
. traces/tests/module.sh
. traces/tests/verdict.sh
. traces/tests/tool.sh

# The NIC under load is named with its reason, its bytes are right, the busy NVMe is let be.
named()
{
	local before tries

	before=$(bounced_bytes "$nic_b_bdf")
	verdict -- ip netns exec xsw-a iperf3 -c 10.99.0.2 -t 4
	within "$(device "$nic_b_bdf" .bounce_bytes)" $(($(bounced_bytes "$nic_b_bdf") - before)) 10 \
		"$backend: the NIC's bytes are right"
	load_start ip netns exec xsw-a iperf3 -c 10.99.0.2 -t 100
	load_start fio --name=load --filename="/dev/$wide" --rw=randread --bs=16k --direct=1 \
		--time_based --runtime=100
	until_busy "$wide"
	# maps are counted for half a second: on a busy host the emulated disk may stand still in that
	for tries in {1..5}; do
		verdict 5
		[ -z "$(device "$wide_bdf" 'select(.maps_counted > 0) | 1')" ] || break
		echo "# look $tries: the NVMe mapped nothing while maps were counted"
	done
	verdict_words 3
	load_end
	like "$(jq -r '.devices[0].device' "$out/json")" "^($nic_a_bdf|$nic_b_bdf)$" \
		"$backend: of a busy NIC and a busy NVMe the NIC is ranked first"
	is "$(jq '.seconds <= 10' "$out/json")" true "$backend: within ten seconds of measuring"
	is "$(device "$nic_a_bdf" .main_reason) $(device "$nic_b_bdf" .main_reason)" 'mask mask' \
		"$backend: both ends of the wire bounce for their mask"
	is "$(device "$nic_b_bdf" '.cpu_share > 0 and .cpu_share < 1')" true "$backend: its cost was measured"
	is "$(device "$wide_bdf" '.maps_counted > 0 and .bounces == 0 and .cpu_share == 0')" true \
		"$backend: the NVMe maps and is innocent"
	like "$(cat "$out/words")" "$nic_b_bdf \(e1000, [a-z_-]+\): .* bounces/s.*
 +why: mask 100 % \(DMA mask of 32 bits\)
 +to do: it can't address the memory" "$backend: in words"
	is "$(grep -c "$wide_bdf" "$out/words")" 0 "$backend: which do not mention the NVMe"
}

acquitted()
{
	load_start fio --name=load --filename="/dev/$wide" --rw=randread --bs=16k --direct=1 \
		--time_based --runtime=100
	until_busy "$wide"
	verdict 3
	verdict_words 2
	load_end
	is "$(jq -r .verdict "$out/json")" innocent "$backend: with the NICs idle it acquits"
	like "$(cat "$out/words")" '^Bouncing is not your problem: [0-9.]+ % of one CPU, [0-9]+ % of the pool' \
		"$backend: in words"
	verdict -a -- dd "if=/dev/$wide" of=/dev/null bs=4k count=4000 iflag=direct
	is "$(jq -r .verdict "$out/json") $(device "$wide_bdf" '.maps >= 4000')" 'innocent true' \
		"$backend: look-alike: slow without bounces"
	verdict -- ip netns exec xsw-a ping -q -c 20 -i 0.1 10.99.0.2
	is "$(jq -r .verdict "$out/json") $(device "$nic_a_bdf" '.bounces >= 20')" 'innocent true' \
		"$backend: look-alike: bounces without cost"
}

two_devices()
{
	verdict -- sh -c "dd if=/dev/$narrow of=/dev/null bs=64k count=300 iflag=direct &
		dd if=/dev/$wide of=/dev/null bs=64k count=3000 iflag=direct; wait"
	is "$(jq -r '.devices[0].device' "$out/json") $(device "$wide_bdf" '.bounces, .cpu_share' | paste -sd ' ')" \
		"$narrow_bdf 0 0" "$backend: look-alike: two busy disks, one of them innocent"
}

# Nothing but bounces, over and over, and large ones: most of the time is theirs.
guilty()
{
	local tries

	yes $'map 1 131072 to\nunmap 1' | head -n 400 >"$out/costly"
	rm -f "$out/planted"
	load_start sh -c "while cat $out/costly >/sys/kernel/debug/dmabench/$narrow_bdf/sequence; do : >$out/planted; done"
	for tries in {1..150}; do
		[ ! -e "$out/planted" ] || break
		sleep 0.2
	done
	verdict 3
	verdict_words 3
	load_end
	is "$(jq -r .verdict "$out/json") $(device "$narrow_bdf" '.cpu_share > 0.05 and .cpu_share < 1')" \
		'cpu true' "$backend: planted: bounces that cost are found guilty"
	like "$(head -n 1 "$out/words")" \
		"^Bouncing costs you [0-9.]+ % of one CPU, most of it for $narrow_bdf\.$" "$backend: in words"
}

# One driver, one buffer, one load; only the device's limits and the buffer's frames differ.
planted()
{
	plant 'mask 64'
	is "$(device "$narrow_bdf" '.maps >= 1000 and .bounces == 0')" true \
		"$backend: planted: a wide device and contiguous memory do not bounce"
	plant 'mask 32'
	is "$(reasons)" '["mask"]' "$backend: planted: a narrow device is told by mask"
	like "$(device "$narrow_bdf" .advice)" '^it can.t address the memory' "$backend: and what to do"
	guilty
	plant 'mask 64' 'swap 1 2'
	is "$(reasons)" '["straddle"]' \
		"$backend: planted: a wide device and scattered memory is told by straddle"
	like "$(device "$narrow_bdf" .advice)" '^its buffers are not contiguous in machine memory' \
		"$backend: and what to do"
	is "$(device "$narrow_bdf" '.bounces')" "$planted_maps" "$backend: each of its maps is told"
	verdict_words -a -- "${plant_again[@]}"
	like "$(cat "$out/words")" "100.0 % of its mappings, $((planted_maps * 8192)) bytes bounced.*
 +why: straddle 100 % \(DMA mask of 64 bits\)" "$backend: in words"
	# the time is told in tenths of a second, of which the module takes two
	is "$(awk -v d="$narrow_bdf" -v maps=$planted_maps '$1 == d { rate = $4 } /; measured / { time = $(NF - 1) }
		END { print rate * (time - 0.06) <= maps && maps <= rate * (time + 0.06) }' "$out/words")" 1 \
		"$backend: at a rate that makes as many in the time told"
}

# No trouble yet, no load: a pool that is nearly full; and a device that maps nothing.
foreseen()
{
	for i in {1..220}; do echo "map $i 262144 to"; done >/sys/kernel/debug/dmabench/"$narrow_bdf"/sequence
	verdict 2
	verdict_words -d "$narrow_bdf" 2
	driver_requests <<<"$(for i in {1..220}; do echo "unmap $i"; done)"
	is "$(jq -r '[.verdict, (.pool_share >= 0.8)] | join(" ")' "$out/json")" 'pool true' \
		"$backend: planted: a nearly full pool is told before anything fails"
	like "$(head -n 1 "$out/words")" '^The pool is nearly full: (8[0-9]|9[0-9]) % in use\. Nothing failed yet\.$' \
		"$backend: in words"
	verdict -d "$narrow_bdf" 2
	is "$(jq -r .verdict "$out/json")" nothing "$backend: planted: without a mapping it can't tell"
	verdict_words -d "$narrow_bdf" 2
	like "$(head -n 1 "$out/words")" '^I cannot tell, because nothing bounced in [0-9.]+ s, and no DMA mapping was made while they were counted: run' \
		"$backend: in words"
}

# Two neighbours in machine memory, of which the first has an odd number, and so lies across a
# boundary of two pages from the second, where the pages themselves do not: the buffer's first two
# as they are, or, where they begin with an even frame, the next two frames beneath them. On stock
# a boundary makes nothing bounce; on the module it is a reason of its own.
planted_boundary()
{
	local sequence=/sys/kernel/debug/dmabench/$narrow_bdf/sequence

	requests 'mask 64' 'boundary 0x1fff' >"$out/plant"
	requests 'mask 64' 'boundary 0x1fff' 'swap 0 1' 'swap 1 2' >"$out/plant-next"
	verdict -a -- sh -c "for i in plant plant-next; do dd if=$out/\$i of=$sequence bs=1M status=none; done"
	if [ "$backend" = stock ]; then
		is "$(device "$narrow_bdf" '[.maps, .bounces] | @csv')" "$((2 * planted_maps)),0" \
			'stock: planted: a boundary makes nothing bounce'
		return
	fi
	is "$(reasons) $(device "$narrow_bdf" .bounces)" "[\"align\"] $planted_maps" \
		"$backend: planted: contiguous memory across a boundary is told by align"
	like "$(device "$narrow_bdf" .advice)" '^its buffers are contiguous, but' "$backend: and what to do"
}

whole()
{
	backend=$1
	network_up || bail "$backend: the NICs did not come up"
	find_disks
	named
	acquitted
	two_devices
	network_down
	driver_take "$narrow_bdf" || bail "can't bind the test's driver to $narrow_bdf"
	planted
	planted_boundary
	foreseen
	driver_give_back
	wait_for_disk 32 "$narrow_bdf" || bail "$backend: the narrow disk did not come back"
}

truth_begin
whole stock
truth_end
all_to_module
whole module
all_to_stock
is $? 0 'the module unloads'
done_testing
