#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A PV domU with the module in it is saved and restored, and refuses with a device attached.
set -u
cd "$(dirname "$0")/../../../.." || exit 1

. bench/lab/tests/guest/domus.sh

xen_tools=(/usr/lib/xen-*/bin)
export PATH=${xen_tools[0]}:$PATH

home() { echo "/local/domain/$(xl domid saved 2>/dev/null)"; }

# await STEP: the domU's word
await()
{
	local try

	for ((try = 0; try < 200; try++)); do
		[ "$(xenstore-read "$(home)/data/step" 2>/dev/null)" != "$1" ] || return 0
		sleep 1
	done
	return 1
}

save_and_restore()
{
	await loaded
	ok $? 'the domU has the module loaded'
	passes 'xl saves the domU' timeout 200 xl save saved "$work/image"
	passes 'xl restores it' timeout 200 xl restore -e "$work/image"
	rm -f "$work/image"
	xenstore-write "$(home)/data/step" restored
}

# What xl save asks first; xl itself would wait a minute for what never comes.
refused()
{
	await attached
	ok $? 'a device is attached to it'
	xenstore-write "$(home)/control/shutdown" suspend
	sleep 15
	is "$(xl list saved | awk 'NR == 2 { print $5 ~ /s/ }')" 0 'asked to suspend it runs on'
	xenstore-write "$(home)/data/step" refused
}

domu_begin impl/tests/guest/domu/saved.t --memory 256 --pci-attach "$nvme"
save_and_restore
refused
domu_end
done_testing
