# SPDX-License-Identifier: GPL-2.0-only
# What the loads across a pair of cards share: the namespaces xsw-0 and xsw-1 hold one card each.
# A load is called with AMOUNT (iperf3's: '-t SECONDS' or '-n BYTES'; loads of one size leave it)
# and the FILE that its JSON goes to.
# shellcheck shell=bash disable=SC2034 # read by the loads

near=xsw-0 far=xsw-1
near_address=198.18.0.1 far_address=198.18.0.2
port=5201

[ $# -eq 2 ] || { echo "usage: $0 AMOUNT FILE" >&2; exit 2; }
file=$2
read -ra amount <<<"$1"

in_space()
{
	ip netns exec "$@"
}

await_listener()
{
	local tries

	for ((tries = 0; tries < 100; tries++)); do
		[ -z "$(in_space "$1" ss -Hltn "sport = :$2")" ] || return 0
		sleep 0.05
	done
	echo "load: nothing listens in $1 on port $2" >&2
	return 1
}
