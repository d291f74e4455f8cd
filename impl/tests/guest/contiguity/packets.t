#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PV domain of a machine whose clock counts instructions, with two 64-bit network cards: what a
# packet of TCP with segmentation offload takes of the domain's one CPU, its sender and its receiver
# together: on scattered memory, after phase 1, after phase 2.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"

windows=5
ns_an_instruction=2 # the lab's clock

ran() { "$top/build/xentime/xentime"; } # ns, by Xen's account, which is told up to this instant
received() { ip netns exec xsw1 cat /sys/class/net/wire/statistics/rx_packets; }

window() { # prints the instructions a packet of a second of traffic; 0: hardly a packet came
	local ns packets
	ns=$(ran) packets=$(received)
	sleep 1
	ns=$(($(ran) - ns)) packets=$(($(received) - packets))
	echo $((packets < 500 ? 0 : ns / ns_an_instruction / packets))
}

# measure WHEN: sets median: instructions a packet. What bounces is counted in other seconds and without
# the module: counting has a cost of its own.
measure() {
	local n spread packets
	begin_traffic
	sleep 1
	mapfile -t spread < <(for ((n = 0; n < windows; n++)); do window; done | sort -n)
	end_traffic
	[ "${spread[0]}" -gt 0 ] || bail "no traffic $1: ${spread[*]}"
	median=${spread[windows / 2]}
	packets=$(received)
	traffic 4
	packets=$(($(received) - packets))
	echo "# $1: $median instructions a packet (${spread[*]});" \
		"of 1000 packets $((bounces * 1000 / packets)) buffers bounced, $((bounced_bytes / packets))" \
		"bytes copied a packet"
}

modprobe xen-privcmd
at_least "$(ran)" 1 'Xen tells how long the CPU ran'
wire
ok $? 'the cards hear each other'
measure 'fresh'
defrag_in
ok $? 'the module loads'
scatter_until_it_costs
defrag_out
measure 'scattered'
before=$median
defrag_in
under_load movable
defrag_out
measure 'after phase 1'
between=$median
defrag_in
cure_hot
hardly_bounces 'after phase 2'
is_consistent 'cured'
defrag_out
ok $? 'the module goes'
measure 'after phase 2'
echo "# a packet takes $((before - between)) instructions less after phase 1," \
	"$((before - median)) less after phase 2"
at_most "$between" $((before - 1)) 'phase 1 saves instructions a packet'
at_most "$median" $((between - 1)) 'and phase 2 more'
done_testing
