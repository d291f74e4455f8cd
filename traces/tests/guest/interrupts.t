#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce stacks on network cards, whose interrupts map in the midst of whatever runs.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/network.sh
. traces/tests/tool.sh

network_up || bail 'no pair of network cards'
# Tasks of many kinds for them to come amid.
bash -c 'while :; do ls -lR /usr/lib | md5sum; done' >/dev/null &
load=$!
$x stacks --by count -- bash -c 'ip netns exec xsw-a iperf3 -c 10.99.0.2 -t 8 >/dev/null' >"$out/stacks" 2>"$out/err"
kill $load
wait $load 2>/dev/null
network_down

# Folded from the outermost frame on, behind the device.
interrupt='handle_softirqs|__do_softirq|handle_irq_event'
at_least "$(grep -cE "^[^;]+;($interrupt);" "$out/stacks")" 1 'interrupts map, and their stacks begin with them'
is "$(grep -E ";($interrupt);" "$out/stacks" | grep -vE "^[^;]+;($interrupt);")" '' \
	'none goes on in what was interrupted'
# 43 of Linux 6.1's, under 40 of 6.12's: ways through the kernel, where the tasks were hundreds
at_most "$(grep -cE "^[^;]+;($interrupt);" "$out/stacks")" 80 'they are few, however many tasks ran'
done_testing
