#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PV domU with two 64-bit network cards passed through: it balloons, its buffers bounce, and the
# defragmenter ends it.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"

! grep -q control_d /proc/xen/capabilities 2>/dev/null
ok $? 'this is no dom0'
modprobe e1000e
for try in $(seq 100); do
	[ "$(find_nics | wc -l)" -lt 2 ] || break
	sleep 0.2
done
defrag_in
ok $? "the module loads, and the cards are there after $try looks"
wire
ok $? 'the cards hear each other'
traffic 4
scatter
frames=$(word_of frames "$(memory)")
at_most "$(share_of_order 3 contiguity)" 900 'memory is scattered'
traffic 4
scattered=$bounces
at_least "$scattered" 1000 'and 64-bit cards bounce'
ip netns exec xsw0 timeout 60 iperf3 -c 10.99.0.2 -t 10 >/dev/null &
sleep 1
build/traces/xswbounce doctor --json 3 >/tmp/doctor.json 2>/tmp/doctor.err
is $? 1 "the doctor finds something to do $(head -n 2 /tmp/doctor.err)"
jq -c 'del(.hot)' /tmp/doctor.json | sed 's/^/# /'
is "$(jq -r .verdict /tmp/doctor.json)" straddling 'it says that buffers straddle'
is "$(jq .pages /tmp/doctor.json)" "$frames" 'it has looked at every page'
is "$(jq '.pages_by_order[9] * 1000 / .pages | floor' /tmp/doctor.json)" "$(share_of_order 9 contiguity)" \
	'the module counts the same'
wait $!
verify_begin
start_of movable
told movable
paste -sd' ' <$files/xen_extents | sed 's/^/# extents taken, refused: /'
at_least "$(value cured)" 20 'blocks were cured'
traffic 4
echo "# after phase 1: $bounces of $scattered"
for try in 1 2; do
	traffic 8 &
	sleep 1
	start_of hot
	wait $!
	told "hot under load, $try"
done
traffic 4
at_most "$bounces" $((scattered / 200)) 'at most 0.5 % of the bounces are left'
like "$(verify_end)" '^[0-9]+ good$' 'data was right all the while'
build/traces/xswbounce doctor --json 1 >/tmp/doctor.json
echo "# $(jq -r .verdict /tmp/doctor.json) $(jq -c .pages_by_order /tmp/doctor.json)"
after=$(memory)
is "$(word_of m2p_wrong "$after")" 0 'M2P and P2M agree on every page'
is "$(word_of pte_wrong "$after")" 0 'and the page table on both'
is "$(word_of frames "$after")" "$frames" 'the domain has as many frames as before'
defrag_out
ok $? 'the module goes'
done_testing
