#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Two network cards on one wire, both attached: what one sends the other receives, byte for byte.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

mapfile -t nics < <(find_nics)
[ "${#nics[@]}" -ge 2 ] || bail 'two network cards are needed'
size=$((4 << 20))

interface() { # interface BDF: its name, once it is there
	local try dev
	for try in $(seq 100); do
		for dev in "/sys/bus/pci/devices/$1/net/"*; do
			[ -e "$dev" ] && basename "$dev" && return
		done
		sleep 0.1
	done
	bail "no interface of $1 after $try tries"
}

wire() { # both ends up, each in a namespace of its own
	local i
	for i in 0 1; do
		ip netns add "xsw$i"
		ip link set "$(interface "${nics[i]}")" netns "xsw$i" name wire
		ip -n "xsw$i" addr add "10.99.0.$((i + 1))/24" dev wire
		ip -n "xsw$i" link set wire up
	done
	for i in $(seq 20); do
		ip netns exec xsw0 ping -c 1 -W 1 10.99.0.2 >/dev/null && return
	done
	return 1
}

unwire() {
	local i name
	for i in 0 1; do
		name=$(printf 'eth%d' $((i + 10)))
		ip -n "xsw$i" link set wire down
		ip -n "xsw$i" link set wire netns 1 name "$name"
		ip netns del "xsw$i"
	done
}

carry() { # carry FROM TO: a file over the wire; prints the sum of what arrived
	ip netns exec "xsw$2" timeout 60 busybox nc -l -p 5099 <>/tmp/quiet >/tmp/arrived &
	sleep 1
	ip netns exec "xsw$1" timeout 60 busybox nc "10.99.0.$(($2 + 1))" 5099 </tmp/sent
	wait $!
	sha256sum </tmp/arrived
}

mkfifo /tmp/quiet # read and written by the listener: nothing comes, and it does not end
head -c $size /dev/urandom >/tmp/sent
sent=$(sha256sum </tmp/sent)

module_in pool_mb=16
for nic in "${nics[@]:0:2}"; do take "$nic"; done
wire
ok $? 'the cards hear each other'
is "$(carry 0 1)" "$sent" 'a file arrives as it was sent'
is "$(carry 1 0)" "$sent" 'and the other way'
for nic in "${nics[@]:0:2}"; do
	at_least "$(counter "$nic" bounce_mask)" 1 "$nic: bounced because of its 32-bit mask"
	at_least "$(counter "$nic" bounce_bytes)" $size "$nic: at least the file's bytes"
	is "$(counter "$nic" fail_full)" 0 "$nic: no mapping failed"
done
unwire
for nic in "${nics[@]:0:2}"; do
	give_back "$nic"
	is "$(counter "$nic" leaked)" 0 "$nic: nothing left mapped"
done
module_out
ok $? 'the module goes'
done_testing
