# SPDX-License-Identifier: GPL-2.0-only
# Finds network cards nobody uses and which of them are linked to each other.
#
# Each unused card goes into a network namespace of its own with an address of the range reserved
# for benchmarks (198.18.0.0/15), then each pings each: what answers is linked, by a cable, a hub
# or a switch. A card is taken into one pair only. Afterwards all go back as they were: down.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

# By interface name.
declare -A nic_bdf=()
pairs=()
link_wait_s=${XSW_LINK_WAIT_S:-6}

# Prints who uses a network card, if anybody does.
nic_user()
{
	local dir=$sysfs/class/net/$1 upper addresses

	if [ -e "$dir/master" ]; then
		echo "it belongs to $(basename "$(readlink -f "$dir/master")")"
		return
	fi
	for upper in "$dir"/upper_*; do
		[ ! -e "$upper" ] || { echo "${upper##*/upper_} is built on it"; return; }
	done
	addresses=$(ip -o addr show dev "$1" scope global 2>/dev/null | awk '{ print $4; exit }')
	if [ $(($(cat "$dir/flags") & 1)) -ne 0 ]; then
		echo "it is up${addresses:+ with $addresses}"
	elif [ -n "$addresses" ]; then
		# a network namespace would take it away
		echo "it is down, but has the address $addresses"
	fi
}

nics_find()
{
	local dir name real function

	for dir in "$sysfs"/class/net/*; do
		name=${dir##*/}
		[ -e "$dir/device" ] || continue
		real_of "$dir/device"
		if pci_function_above "$real"; then
			nic_bdf[$name]=$function
		else
			leave_out "$name" "no PCI device of this machine does its DMA"
		fi
	done
}

# A NIC argument, an interface or a PCI address: the interface.
nic_resolve()
{
	local name

	for name in "${!nic_bdf[@]}"; do
		if [ "$name" = "$1" ] || [ "${nic_bdf[$name]}" = "$1" ]; then
			resolved=$name
			return
		fi
	done
	die "no network card '$1' on a PCI device of this machine"
}

# Into a namespace with its address; the last number of the address is $3. Without a generated
# address the card sends no IPv6 packet of its own.
nic_enclose()
{
	local name=$1 space=$2

	ip netns add "$space" && ip link set "$name" netns "$space" && ip -n "$space" -batch - <<-END
		link set lo up
		link set $name addrgenmode none
		addr add 198.18.0.$3/24 dev $name
		link set $name up
	END
}

nics_release_all()
{
	local space name

	for space in $(ip netns list 2>/dev/null | awk '/^xsw-/ { print $1 }'); do
		for name in $(ip -n "$space" -o link show 2>/dev/null |
			awk -F '[:@ ]+' '$2 != "lo" { print $2 }'); do
			ip -n "$space" link set "$name" down 2>/dev/null
			ip -n "$space" link set "$name" netns $$ 2>/dev/null
		done
		ip netns del "$space" 2>/dev/null
	done
}

nics_linked()
{
	local tries

	for ((tries = 0; tries < 3; tries++)); do
		! ip netns exec "xsw-$1" timeout -k 1 5 ping -q -n -c 1 -W 1 "198.18.0.$(($2 + 1))" \
			>/dev/null 2>&1 || return 0
	done
	return 1
}

# $@: unused cards; the pairs "A B" go to pairs[], a card without a partner is left out.
nics_pair()
{
	local i j names=("$@") taken=() up=()

	for i in "${!names[@]}"; do
		nic_enclose "${names[i]}" "xsw-$i" $((i + 1)) ||
			die "can't put ${names[i]} into a network namespace"
	done
	nics_await_carrier "${names[@]}"
	for i in "${!names[@]}"; do
		! nic_has_carrier "$i" || up+=("$i")
	done
	for i in "${up[@]}"; do
		[ -z "${taken[i]:-}" ] || continue
		for j in "${up[@]}"; do
			[ "$j" -gt "$i" ] || continue
			[ -z "${taken[j]:-}" ] || continue
			nics_linked "$i" "$j" || continue
			taken[i]=yes taken[j]=yes
			pairs+=("${names[i]} ${names[j]}")
			break
		done
	done
	nics_release_all
	for i in "${!names[@]}"; do
		if [[ " ${up[*]} " != *" $i "* ]]; then
			leave_out "${names[i]}" "its link is down"
		elif [ -z "${taken[i]:-}" ]; then
			leave_out "${names[i]}" "no other unused network card answers across its link"
		fi
	done
}

# The card in namespace xsw-$1, alone there beside lo.
nic_has_carrier()
{
	ip -n "xsw-$1" -o link show up | grep -v ' lo:' | grep -q LOWER_UP
}

nics_await_carrier()
{
	local i end=$((SECONDS + link_wait_s)) waiting

	while [ $SECONDS -lt $end ]; do
		waiting=''
		for ((i = 0; i < $#; i++)); do
			nic_has_carrier "$i" || waiting=yes
		done
		[ -n "$waiting" ] || return 0
		sleep 0.2
	done
}
