#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A pool of 3 GiB asked of a domain of 1 GiB: the domain gives what it can spare, or nothing, and
# nobody is killed for it.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/../guest.sh"

killed() { dmesg | grep -cE 'oom|Out of memory'; }
available() { awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo; }
show() { free -m | sed "s/^/# $1: /"; }
total=$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo)
at_most "$total" 1024 'the domain has no more than 1 GiB'
before=$(available)
show before

told() { # told NAME HAD: what was had is less than was asked for, told in one line
	is "$(killed)" 0 "$1: nobody was killed"
	at_least "$(available)" 64 "$1: the domain has memory left"
	at_most "$2" "$((total / 2 << 20))" "$1: the pool took no more than half of it"
	if [ "$2" -gt $((16 << 20)) ]; then
		like "$(new_log)" 'only [0-9]+ of [0-9]+ KiB' "$1: the log says how much was had"
	else
		like "$(cat /tmp/said)" 'Cannot allocate memory' "$1: the error says why"
	fi
}

# ---- written ----
module_in pool_mb=16
mark_log
{ echo $((3 << 30)) >$control/pool_bytes; } 2>/tmp/said
show 'after a write of 3 GiB'
told write "$(pool bytes)"
# shellcheck disable=SC2046 # a list of lines
echo "# pool $(pool bytes), the log:" && new_log | sed 's/^/# /'
echo $((16 << 20)) >$control/pool_bytes
is "$(pool bytes)" $((16 << 20)) 'it shrinks again'
at_least "$(available)" $((before - 64)) 'and the memory is there again'

# ---- by itself ----
spare_nic
echo "$nic" >$control/attach
echo 1 >$control/force
echo $((3 << 30)) >$control/pool_max_bytes
cases "$nic" hold
sleep 3
is "$(killed)" 0 'a pool that may grow to 3 GiB by itself kills nobody'
unbind "$nic"
spare_nic_back
module_out
ok $? 'the module goes'

# ---- at load ----
mark_log
module_in pool_mb=3072 2>/tmp/said
status=$?
show 'after a load with 3 GiB'
if [ $status = 0 ]; then
	told load "$(pool bytes)"
	module_out
	ok $? 'the module goes'
else
	is "$(killed)" 0 'load: nobody was killed'
	like "$(new_log)" 'xen_swiotlb: ' 'load: the log says why'
fi
is "$(killed)" 0 'nobody was killed'
at_least "$(available)" $((before - 64)) 'the memory is there again'
after=$(memory)
is "$(word_of m2p_wrong "$after")" 0 'P2M and M2P agree'
done_testing
