#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Linked network cards are found by pings that really cross: virtual links of this machine stand
# for cards, in a machine made of files.
# shellcheck disable=SC2317  # functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh
. bench/tests/fake-machine.sh
fake_alone
fake_xen PV
export XSW_LINK_WAIT_S=1

links_end()
{
	ip netns del xsw-0 2>/dev/null
	ip netns del xswalone 2>/dev/null
	ip netns del xswalone2 2>/dev/null
	ip link del xswt0 2>/dev/null
	ip link del xswt1 2>/dev/null
	ip link del xswtb 2>/dev/null
	rm -rf "$fake"
}
trap links_end EXIT
for link in 0 1; do
	ip link add xswt$link type veth peer name xswt$((link + 2)) || bail "can't make virtual links"
done
fake_nic xswt0 0x1002
fake_nic xswt2 0x1002
card=$function
ip link set xswt0 mtu 1400 alias kept
ip link show xswt0 >"$fake/before"
expect 'a dry run leaves the links where they are' 0 \
	'^  network load +xswt0 and xswt2 are unused: pings at the start tell which are linked' dry
is "$(ip link show xswt0)" "$(cat "$fake/before")" 'as the links were'
probe()
{
	dry --probe-links "$@"
}
export -f probe

expect 'two linked cards are a pair' 0 '^  xswt0\+xswt2 +linked network cards' probe
expect 'the links are back in this namespace' 0 'xswt0' ip -o link show xswt0
expect 'and down' 0 '!LOWER_UP|,UP' ip -o link show xswt2
expect 'no namespace is left' 0 '!xsw-' ip netns list
ip netns add xsw-0
ip link set xswt0 netns xsw-0
expect "a killed run's cards are taken back" 0 '^  xswt0\+xswt2 +linked network cards' probe
fake_nic xswt1 0x1002
expect 'a card without a partner is left out' 0 \
	'^  xswt1 +its link is down' probe
ip link add xswtb type bridge
ip link set xswtb up
ip link set xswt3 master xswtb up
expect 'a card that is linked to none of them is left out' 0 \
	'^  xswt1 +no other unused network card answers across its link' probe
expect 'a card named without a partner is refused' 2 'xswt1 has no partner' probe --nic xswt1
expect 'a named card brings its partner' 0 '^  xswt0\+xswt2 ' probe --nic xswt2
expect 'a card by its PCI address' 0 '^  xswt0\+xswt2 ' probe --nic "$card"
expect 'what is not named is left out' 0 '^  xswt1 +not named' probe --nic xswt0 --nic xswt2
fake_nic xswt3 0x1003
expect 'a card that is up is left out' 0 '^  xswt3 +it is up' probe
expect 'a card that is up is refused' 2 'refusing to load xswt3: it is up' probe --nic xswt3
mkdir "$fake/sys/class/net/xswt2/upper_bond7"
expect 'a card something is built on is left out' 2 '^  xswt2 +bond7 is built on it' probe
rmdir "$fake/sys/class/net/xswt2/upper_bond7"
mkdir "$fake/sys/class/net/xswt2/master"
expect 'a card of a bridge is left out' 2 '^  xswt2 +it belongs to master' probe
rmdir "$fake/sys/class/net/xswt2/master"
mkdir "$fake/ovs-system"
ln -s "$fake/ovs-system" "$fake/sys/class/net/xswt2/master"
expect 'a card of Open vSwitch is left out' 2 '^  xswt2 +it belongs to ovs-system' probe
rm "$fake/sys/class/net/xswt2/master"
ip addr add 192.0.2.77/24 dev xswt0
expect 'a card that is down and has an address is left out' 2 \
	'^  xswt0 +it is down, but has the address 192.0.2.77/24' probe
expect 'and refused when it is named' 2 'refusing to load xswt0: it is down, but has' dry --nic xswt0
expect 'it keeps its address' 0 'inet 192.0.2.77/24 ' ip addr show dev xswt0
# A card that carries a session over ssh, or the default route, says so: in a namespace of its own.
cat >"$fake/alone" <<'END'
ip link set lo up
ip link add xswt5 type veth peer name xswt6
ip addr add 198.51.100.9/24 dev xswt5
ip link set xswt5 up
ip link set xswt6 up
[ -z "$1" ] || ip route add default via 198.51.100.10
bench/run --here --dry-run
END
fake_nic xswt5 0x1003
ip netns add xswalone
ip netns add xswalone2
expect 'the card of the default route is left out' 0 '^  xswt5 +the default route goes over it' \
	ip netns exec xswalone bash "$fake/alone" route
expect 'the card of an ssh session is left out' 0 '^  xswt5 +a session over ssh comes in by it' \
	env SSH_CONNECTION='198.51.100.10 40000 198.51.100.9 22' ip netns exec xswalone2 bash "$fake/alone"
mkdir "$fake/proc/net"
printf '%s\n' '  sl  local_address rem_address   st' \
	'   0: 096433C6:0016 0A6433C6:9C40 01 00000000:00000000 02:0009 00000000     0        0 1 1' \
	>"$fake/proc/net/tcp"
ip netns del xswalone2
ip netns add xswalone2
expect "it is found in the kernel's table, too" 0 \
	'^  xswt5 +a session over ssh comes in by it' env -u SSH_CONNECTION ip netns exec xswalone2 bash "$fake/alone"
done_testing
