#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A pool that may grow does so when most of it is in use; one that may not fails, with the reason.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

spare_nic
module_in pool_mb=4 force=1
echo "$nic" >$control/attach
echo 1 >$tracing/events/xen_swiotlb/xsw_full/enable
echo >$tracing/trace

is "$(cat $control/pool_max_bytes)" 0 'a pool does not grow unless told to'
cases "$nic" hold
unbind "$nic"
at_least "$(counter "$nic" fail_full)" 1 'a map that may fail finds it full'
is "$(new_log | grep -c 'cannot map')" 0 'and is not warned of'
cases "$nic" limits
unbind "$nic"
at_least "$(new_log | grep -c 'cannot map .*: full; mask 0xffffffff, 20[0-9]* of 2048 slots in use')" 1 \
	'other maps are, with the reason and the state of the pool'
is "$(pool bytes)" $((4 << 20)) 'full, it stays as it is'
full=$(grep -c ' xsw_full: .* fail=full used=[0-9]* slots=2048 largest_free=[0-9]*$' $tracing/trace)
is "$full" "$(counter "$nic" fail_full)" 'each map that found it full is traced, with its state'
at_least "$full" 1 'there were some'
like "$(grep ' xsw_full: .* fail=full' $tracing/trace | head -n 1)" 'used=20[0-9][0-9]' \
	'the event tells how much was in use'

refuses $control/pool_max_bytes $((5 << 30)) 'a limit above 4 GiB is refused'
echo $((16 << 20)) >$control/pool_bytes
echo $((19 << 20)) >$control/pool_max_bytes
for what in 'three quarters in use, it grows, by less than a quarter where that is its limit' \
	'and no further, held full again'; do
	cases "$nic" hold
	sleep 1
	unbind "$nic"
	is "$(pool bytes)" $((18 << 20)) "$what"
done

# ---- a device of 30 bits has its own ----
narrow() { # bytes of the pool below 1 GiB
	local sum=0 bus bytes
	while read -r _ bus bytes _; do
		[ $((bus)) -ge $((1 << 30)) ] || sum=$((sum + bytes))
	done <$debug/segments
	echo $sum
}
echo $((64 << 20)) >$control/pool_max_bytes
cases "$nic" hold30
sleep 1
unbind "$nic"
at_least "$(narrow)" $((4 << 20)) 'a device of 30 bits that found its part full gets more of it'

echo 0 >$tracing/events/xen_swiotlb/xsw_full/enable
spare_nic_back
module_out
ok $? 'the module goes'
done_testing
