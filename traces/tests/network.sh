# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Two linked narrow NICs in network namespaces of their own, and traffic between them.

# nic_a and nic_b: their interfaces; nic_a_bdf, nic_b_bdf: their PCI devices.
# shellcheck disable=SC2034 # the devices are for the tests
nic_pair()
{
	local path found=()

	for path in /sys/class/net/*; do
		[ -e "$path/device/dma_mask_bits" ] || continue
		[ "$(cat "$path/device/dma_mask_bits")" = 32 ] && found+=("${path##*/}")
	done
	[ ${#found[@]} -ge 2 ] || return 1
	nic_a=${found[0]} nic_b=${found[1]}
	nic_a_bdf=$(pci_parent "/sys/class/net/$nic_a")
	nic_b_bdf=$(pci_parent "/sys/class/net/$nic_b")
}

network_up()
{
	local i nic names=(a b) end=$((SECONDS + 120))

	nic_pair || return 1
	for i in 0 1; do
		nic=$nic_a
		[ $i = 0 ] || nic=$nic_b
		ip netns add "xsw-${names[i]}"
		ip link set "$nic" netns "xsw-${names[i]}"
		ip -n "xsw-${names[i]}" addr add "10.99.0.$((i + 1))/24" dev "$nic"
		ip -n "xsw-${names[i]}" link set "$nic" up
	done
	until ip netns exec xsw-a ping -c 1 -W 1 10.99.0.2 >/dev/null; do
		[ "$SECONDS" -lt "$end" ] || return 1
	done
	ip netns exec xsw-b iperf3 -s -D
	sleep 1
}

# The interfaces come back when their namespaces go.
network_down()
{
	local tries

	# shellcheck disable=SC2046
	kill $(ip netns pids xsw-b) 2>/dev/null
	ip netns del xsw-a
	ip netns del xsw-b
	for tries in {1..50}; do
		nic_pair && return 0
		sleep 0.2
	done
	echo "# the NICs did not come back after $tries tries"
}

# Sends for $1 seconds, one way.
network_load()
{
	ip netns exec xsw-a iperf3 -c 10.99.0.2 -t "$1" >/dev/null 2>&1
}
