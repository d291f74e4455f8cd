#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A PV domU with the module in it is saved and restored, and refuses with a device attached.
set -u
cd "$(dirname "$0")/../../../.." || exit 1

. bench/lab/tests/guest/domus.sh

# What xl save asks first; xl itself would wait a minute for what never comes.
refused()
{
	await attached
	ok $? 'a device is attached to it'
	xenstore-write "$(home)/control/shutdown" suspend
	sleep 15
	is "$(xl list "$domu_name" | awk 'NR == 2 { print $5 ~ /s/ }')" 0 'asked to suspend it runs on'
	step refused
}

domu_begin impl/tests/guest/domu/saved.t --memory 256 --pci-attach "$nvme"
await loaded
ok $? 'the domU has the module loaded'
save_and_restore
refused
domu_end
done_testing
