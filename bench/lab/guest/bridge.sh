# SPDX-License-Identifier: GPL-2.0-only
# In dom0: a bridge with the first network card for a domU, and the machine across the wire: the
# second card, alone in a namespace. Files lie in $work.
# shellcheck shell=bash disable=SC2154

bridge_up()
{
	ip link add xbr0 type bridge
	ip link set eth0 master xbr0
	ip link set eth0 up
	ip link set xbr0 up
}

bridge_down()
{
	ip link del xbr0
}

peer_up()
{
	ip netns add peer
	ip link set eth1 netns peer
	ip -n peer addr add 10.77.0.2/24 dev eth1
	ip -n peer link set eth1 up
	ip netns exec peer iperf3 -s -D --logfile "$work/iperf"
	head -c 4M /dev/urandom >"$work/given"
}

# nc ends when the other side has sent all: so who takes must keep its own side open.
peer_serve()
{
	timeout 250 ip netns exec peer busybox nc -l -p 5002 >"$work/taken" < <(sleep 250) &
	timeout 250 ip netns exec peer busybox nc -l -p 5003 <"$work/given" >/dev/null &
}
