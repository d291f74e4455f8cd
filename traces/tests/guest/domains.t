#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce top --by domain: two PV domUs on one narrow disk and behind one narrow NIC, one loud,
# one quiet. Each guest must be charged what its back ends moved for it, on stock and on the module.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/network.sh
. traces/tests/module.sh
. traces/tests/domains.sh
. traces/tests/tool.sh

narrow_disk || bail 'no disk behind a controller of 32 bits'
disk_bdf=$bdf
nic_pair || bail 'no two linked NICs of 32 bits'
peer_up

charged()
{
	jq "[.domains[] | select(.domain == $1 and (.device | test(\"^($2)\$\"))).bytes] | add // 0" \
		"$out/json"
}

# The first's part of both, of 100,000.
part()
{
	local both=$(($1 + $2))

	echo $((both ? $1 * 100000 / both : 0))
}

# A guest's part of 100,000 as the table shows it.
shown()
{
	awk -v d="$1" '$1 == d { sum += $NF } END { printf "%.0f\n", sum * 1000 }' "$out/table"
}

by_domain()
{
	local backend=$1 guest id moved

	declare -A disk_moved=() wire_moved=() all=()
	guests_up || bail "$backend: the two domUs did not come up: $(tail -n 3 "$out"/*.log)"
	$x top --by domain --json -- bash -c "$x top --by domain -- bash -c guests_work >$out/table" \
		>"$out/json" 2>"$out/err"
	is $? 0 "$backend: both domUs did their work"
	for guest in loud quiet; do
		id=${guest_id[$guest]}
		disk_moved[$guest]=$(moved_by_disk "$guest")
		wire_moved[$guest]=$(moved_by_wire "$guest")
		within "$(charged "$id" "$disk_bdf")" "${disk_moved[$guest]}" 10 \
			"$backend: the $guest guest is charged what its disk moved (${disk_moved[$guest]})"
		within "$(charged "$id" "$nic_a_bdf")" "${wire_moved[$guest]}" 10 \
			"$backend: and what it sent (${wire_moved[$guest]})"
		all[$guest]=$(charged "$id" '.*')
	done
	[ "${disk_moved[loud]}" -ge $((10 * disk_moved[quiet])) ] || bail "$backend: the loud one is not loud"
	within "$(part "${all[loud]}" "${all[quiet]}")" \
		"$(part $((disk_moved[loud] + wire_moved[loud])) $((disk_moved[quiet] + wire_moved[quiet])))" \
		10 "$backend: the loud guest's share is its share of what was moved"
	moved=$((disk_moved[loud] + wire_moved[loud]))
	within "$(shown "${guest_id[loud]}")" "$(part $moved $(($(charged '.domain' '.*') - moved)))" 20 \
		"$backend: the table shows its share of all that bounced"
	is "$(jq '([.domains[].bytes] | add) == ([.devices[].bounce_bytes] | add)' "$out/json")" true \
		"$backend: the rows add up to all that bounced"
	at_least "$(charged null "$nic_a_bdf")" $((128 * ($(sent_packets loud) + $(sent_packets quiet)))) \
		"$backend: what no guest granted, as the beginning of each packet, is a row of its own"
	guests_down
}

by_domain stock
module_load || bail "can't load the module"
module_take "$disk_bdf"
module_take "$nic_a_bdf"
wait_for_disk 32 "$disk_bdf" || bail 'the narrow disk did not come back'
by_domain module
is "$(jq -r "[.devices[] | select(.device == \"$disk_bdf\").backend] | join(\" \")" "$out/json")" \
	xen_swiotlb 'module: the disk is the module'"'"'s'
module_give_back "$disk_bdf"
module_give_back "$nic_a_bdf"
module_unload
is $? 0 'the module unloads'
peer_down
done_testing
