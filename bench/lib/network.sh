# SPDX-License-Identifier: GPL-2.0-only
# The load across a pair of network cards: which loads, how much, and the pair's namespaces.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

network_up_for=''

# Loads of a pair: $1 is timed or counted.
network_loads()
{
	local check=''

	! network_can_check || check=data-check
	case $1$opt_set in
	timedquick) echo tcp-forward tcp-reverse ;;
	timedfull) echo tcp-forward tcp-reverse udp ;;
	countedquick) echo packets udp $check ;;
	countedfull) echo packets tcp-forward tcp-reverse udp $check ;;
	esac
}

# Who listens for the checked data: iperf3 drops a part of what it writes to a file.
network_can_check()
{
	command -v busybox >/dev/null
}

# The first card goes into xsw-0, the second into xsw-1. Neighbours are fixed, so that no packet
# but the load's own crosses the link.
network_up()
{
	[ "$network_up_for" != "$1" ] || return 0
	network_down
	network_up_for=$1
	network_enclose "${target_names[$1]}" || {
		network_down
		return 1
	}
}

network_enclose()
{
	local a b mac_a mac_b

	read -r a b <<<"$1"
	mac_a=$(cat "/sys/class/net/$a/address") mac_b=$(cat "/sys/class/net/$b/address")
	nic_enclose "$a" xsw-0 1 && nic_enclose "$b" xsw-1 2 &&
		ip -n xsw-0 neigh replace 198.18.0.2 lladdr "$mac_b" dev "$a" nud permanent &&
		ip -n xsw-1 neigh replace 198.18.0.1 lladdr "$mac_a" dev "$b" nud permanent || return 1
	nics_await_carrier "$a" "$b"
	nics_linked 0 1
}

# The cards go back into this process' own namespace, down as they came.
network_down()
{
	[ -n "$network_up_for" ] || return 0
	network_up_for=''
	nics_release_all
}

network_command()
{
	local load=$1 kind=$2 file=$3 amount

	amount="-t $opt_seconds"
	[ "$kind" != counted ] || amount='-n 4M'
	command=("$bench_dir/network/load" "$load" "$amount" "$file")
}
