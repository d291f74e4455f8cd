# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Finds the machine's devices that a test needs, by what they are. Needs impl/tests/tap.sh.

# The PCI device a sysfs path lies under.
pci_parent()
{
	readlink -f "$1" | grep -oE '[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]' | tail -n 1
}

# disk and bdf: an unmounted disk whose PCI device has a mask of $1 bits, and is $2 if that is given. One
# that Xen PV made narrow is found by its name alone.
disk_of_mask()
{
	local path

	for path in /sys/block/*; do
		disk=${path##*/}
		bdf=$(pci_parent "$path")
		[ -n "$bdf" ] && [ "$bdf" = "${2:-$bdf}" ] && [ "$(cat "/sys/bus/pci/devices/$bdf/dma_mask_bits")" = "$1" ] &&
			{ [ -n "${2:-}" ] || [ ! -e "/sys/bus/pci/drivers/mptsas/$bdf" ]; } &&
			! grep -q "^/dev/$disk" /proc/mounts && [ "$(cat "$path/size")" -gt 0 ] &&
			[[ $disk != vd* ]] && return 0
	done
	return 1
}

narrow_disk()
{
	disk_of_mask 32
}

wide_disk()
{
	disk_of_mask 64
}

# wide and narrow, one of each, with their devices; the narrow one is disk and bdf, too.
# shellcheck disable=SC2034 # for the tests
find_disks()
{
	wide_disk || bail 'no disk behind a controller of 64 bits'
	wide=$disk wide_bdf=$bdf
	narrow_disk || bail 'no disk behind a controller of 32 bits'
	narrow=$disk narrow_bdf=$bdf
}

# Waits for the disk of a controller that was just bound.
wait_for_disk()
{
	local tries

	for tries in {1..100}; do
		disk_of_mask "$1" "$2" && return 0
		sleep 0.2
	done
	echo "# no disk of $2 after $tries tries"
	return 1
}

# Reads the first $2 bytes of disk $1, past all caches; for commands that a tool traces, too.
read_disk()
{
	dd if="/dev/$1" of=/dev/null bs=64k count=$(($2 / 65536)) iflag=direct 2>/dev/null
}
# A POSIX shell between a test and its command drops functions from the environment: bash reads this.
export BASH_ENV=$PWD/traces/tests/devices.sh
