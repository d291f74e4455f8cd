# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with devices.sh and the test
# Two PV domUs served by dom0: 'loud' and 'quiet', on halves of the narrow disk and on a bridge with
# one NIC; the other NIC, in a namespace, is the machine across the wire. Back ends count what moves.
#
# Two busy domains share one CPU: the quiet one pauses, and every wait has an end.

declare -A guest_id=() vbd_before=() vif_before=() packets_before=()

# Waits up to $1 seconds for the rest to be true.
until_true()
{
	local end=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 2
	done
}

peer_up()
{
	local port

	ip netns add xsw-peer
	ip link set "$nic_b" netns xsw-peer
	ip -n xsw-peer addr add 10.77.0.2/24 dev "$nic_b"
	ip -n xsw-peer link set "$nic_b" up
	for port in 5201 5202; do
		ip netns exec xsw-peer iperf3 -s -D -p $port
	done
}

# The NIC comes back when its namespace goes.
peer_down()
{
	# shellcheck disable=SC2046
	kill $(ip netns pids xsw-peer) 2>/dev/null
	ip netns del xsw-peer
}

bridge_up()
{
	ip link add xbr0 type bridge
	ip link set "$nic_a" master xbr0
	ip link set "$nic_a" up
	ip link set xbr0 up
}

halves_up()
{
	local half=$(($(cat "/sys/block/$disk/size") / 2 - 2048))

	modprobe dm_mod
	dmsetup create --noudevsync xsw-loud --table "0 $half linear /dev/$disk 0"
	dmsetup create --noudevsync xsw-quiet --table "0 $half linear /dev/$disk $((half + 2048))"
}

# Without udev a node has its number's name only.
half_node()
{
	local name

	for name in /sys/block/dm-*/dm/name; do
		[ "$(cat "$name")" != "xsw-$1" ] || echo "/dev/$(cut -d / -f 4 <<<"$name")"
	done
}

# guest_start NAME ADDRESS PORT MIB PAUSE RATE
guest_start()
{
	local name=$1

	shift
	bench/lab/guest/domu --name "$name" --memory 384 --timeout 400 --disk "$(half_node "$name")" \
		--bridge xbr0 -- bash -c "$(cat traces/tests/domu-load)" domu-load "$@" \
		>"$out/$name.log" 2>&1 &
	until_true 60 sh -c "xl domid $name || ! kill -0 $!"
	guest_id[$name]=$(xl domid "$name") && until_true 150 guest_word "$name" ready
}

guest_word()
{
	xenstore-read "/local/domain/${guest_id[$1]}/data/$2"
}

guests_up()
{
	local guest

	bridge_up
	halves_up
	guest_start loud 10.77.0.11 5201 24 0 80M || return 1
	guest_start quiet 10.77.0.12 5202 1 1 4M || return 1
	for guest in loud quiet; do
		vbd_before[$guest]=$(vbd_bytes $guest)
		vif_before[$guest]=$(vif_count $guest rx_bytes)
		packets_before[$guest]=$(vif_count $guest rx_packets)
	done
	loud_id=${guest_id[loud]} quiet_id=${guest_id[quiet]}
	export loud_id quiet_id
}

# The program that runs while the tool counts.
# shellcheck disable=SC2317
guests_work()
{
	local id

	for id in "$loud_id" "$quiet_id"; do
		xenstore-write "/local/domain/$id/data/go" 1
	done
	for id in "$loud_id" "$quiet_id"; do
		until_true 240 xenstore-read "/local/domain/$id/data/done" || return 1
	done
}
export -f guests_work until_true

guests_down()
{
	local guest

	for guest in loud quiet; do
		xenstore-write "/local/domain/${guest_id[$guest]}/data/end" 1
	done
	wait
	dmsetup remove --noudevsync xsw-loud
	dmsetup remove --noudevsync xsw-quiet
	ip link del xbr0
}

# xvdb is device 51728.
vbd_bytes()
{
	local dir=/sys/bus/xen-backend/devices/vbd-${guest_id[$1]}-51728/statistics

	echo $((512 * ($(cat "$dir/rd_sect") + $(cat "$dir/wr_sect"))))
}

vif_count()
{
	cat "/sys/class/net/vif${guest_id[$1]}.0/statistics/$2"
}

moved_by_disk()
{
	echo $(($(vbd_bytes "$1") - vbd_before[$1]))
}

sent_packets()
{
	echo $(($(vif_count "$1" rx_packets) - packets_before[$1]))
}

# netback copies the first 128 bytes of a packet into memory of dom0's.
moved_by_wire()
{
	echo $(($(vif_count "$1" rx_bytes) - vif_before[$1] - 128 * $(sent_packets "$1")))
}
