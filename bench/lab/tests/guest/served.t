#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A PV domU served by dom0: its disk is the NVMe (blkback), its network bridged to the first NIC
# (netback), so the pages that go to the devices are the domU's, granted. On the stock backend,
# then with the module owning both devices, without and with forced bounces: all data is checked.
set -u

cd "$(dirname "$0")/../../../.." || exit 1

. impl/tests/tap.sh

guest=bench/lab/guest
module=build/modules/$(uname -r)/xen_swiotlb.ko
control=/sys/devices/platform/xen_swiotlb
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=bench/lab/guest/bridge.sh
. bench/lab/guest/bridge.sh

[ -f "$module" ] || bail "no $module: build it with 'lab chroot -- make module'"

nvme_bdf=$(basename "$(readlink -f /sys/class/nvme/nvme0/device)")
nic_bdf=$(basename "$(readlink -f /sys/class/net/eth0/device)")
nic_driver=$(basename "$(readlink -f /sys/class/net/eth0/device/driver)")

# give BDF DRIVER FILE: moves a device by the module's file attach or detach.
give()
{
	echo "$1" >"/sys/bus/pci/drivers/$2/unbind"
	echo "$1" >"$control/$3"
	echo "$1" >"/sys/bus/pci/drivers/$2/bind"
}

await_devices()
{
	local tries

	for ((tries = 0; tries < 100; tries++)); do
		if [ -b /dev/nvme0n1 ] && [ -d /sys/class/net/eth0 ]; then
			return
		fi
		sleep 0.1
	done
	bail 'the devices did not come back'
}

counter()
{
	awk -v bdf="$1" -v key="$2" '$1 == bdf {
		for (i = 2; i <= NF; i++) { split($i, kv, "="); if (kv[1] == key) print kv[2] }
	}' $control/counters
}

bounced()
{
	counter "$1" bounce_bytes
}

# One domU under load; $1 names the backend in the verdicts.
served()
{
	bridge_up
	peer_serve
	"$guest/domu" --disk /dev/nvme0n1 --bridge xbr0 --timeout 240 -- \
		bash -c "$(cat "$guest/domu-load")" >"$work/said" 2>&1
	is $? 0 "$1: the domU ran its load"
	sed 's/^/# /' "$work/said"
	passes "$1: fio wrote 16 MiB and read them back, crc32c without error" \
		grep -qE '^fio error 0 written 16777216 read 16777216' "$work/said"
	is "$(grep -cE '^iperf -[SR] bytes [1-9][0-9]{6,}' "$work/said")" 2 \
		"$1: iperf3 moved data both ways"
	is "$(sha256sum <"$work/taken")" "$(sed -n 's/^sent //p' "$work/said")" \
		"$1: the file sent from the domU arrived whole"
	is "$(sed -n 's/^received //p' "$work/said")" "$(sha256sum <"$work/given")" \
		"$1: the file sent to the domU arrived whole"
	bridge_down
}

peer_up
served stock

insmod "$module"
ok $? "the module loads"
give "$nvme_bdf" nvme attach
give "$nic_bdf" "$nic_driver" attach
await_devices
served 'module'
at_least "$(counter "$nvme_bdf" maps)" 1 'granted pages were mapped for the 64-bit disk'
is "$(bounced "$nvme_bdf")" 0 'and went direct'
at_least "$(bounced "$nic_bdf")" 1000000 'granted pages bounced at the 32-bit NIC'

before=$(bounced "$nvme_bdf")
echo 1 >$control/force
served 'module, forced'
at_least $(($(bounced "$nvme_bdf") - before)) $((2 * 16777216)) \
	"forced: every byte of the disk's load bounced"

echo 0 >$control/force
give "$nvme_bdf" nvme detach
give "$nic_bdf" "$nic_driver" detach
rmmod xen_swiotlb
ok $? "the module gives the devices back and unloads"
done_testing
