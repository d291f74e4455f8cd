# SPDX-License-Identifier: GPL-2.0-only
# Finds disks, the PCI function whose DMA serves each, and whether one is in use.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

# By kernel name of the disk.
declare -A disk_bdf=() disk_serial=() disk_nsid=() disk_bytes=()
left_out=()

leave_out()
{
	left_out+=("$1"$'\t'"$2")
}

# Sets real, a folder without symbolic links; false if it is not there.
real_of()
{
	local here=$PWD

	cd -P "$1" 2>/dev/null || return 1
	real=$PWD
	cd "$here" || return 1
}

# Sets function, the nearest PCI function above a device's folder: it does the DMA.
pci_function_above()
{
	local dir=$1

	while [ ${#dir} -gt 1 ]; do
		function=${dir##*/}
		if [[ $function =~ ^[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$ ]] &&
			[ -e "$dir/vendor" ]; then
			return 0
		fi
		dir=${dir%/*}
	done
	return 1
}

# Block devices that are made of others, or of memory, are not loaded.
disk_is_real()
{
	[[ $1 != @(loop*|ram*|zram*|dm-*|md*|sr*|fd*|nbd*|\*) ]]
}

# Sets paths[]. Several controllers may lead to an NVMe disk: then it hangs below its subsystem,
# and the subsystem's folder links to the controllers; a path is a folder below one of them.
disk_paths_of()
{
	local link

	paths=()
	real_of "$sysfs/block/$1" || return 1
	if [[ $real != */nvme-subsystem/* ]]; then
		paths=("$real")
		return
	fi
	for link in "${real%/*}"/nvme*; do
		[[ ! ${link##*/} =~ ^nvme[0-9]+$ ]] || ! real_of "$link" || paths+=("$real")
	done
}

# Sets serial and nsid. The number is looked for from the disk's folder upwards, to its PCI
# function; a USB root hub's number is not the disk's. Namespaces of one NVMe controller share it.
disk_serial_of()
{
	local dir real paths

	serial='' nsid=''
	disk_paths_of "$1"
	real_of "$sysfs/block/$1"
	[ ! -e "$real/nsid" ] || read -r nsid <"$real/nsid"
	for dir in "$real" "${paths[@]:0:1}"; do
		while [ ${#dir} -gt 1 ] && ! [[ ${dir##*/} =~ ^([0-9a-f]{4,}:[0-9a-f]{2}:|usb[0-9]) ]]; do
			if [ -s "$dir/serial" ]; then
				read -r serial <"$dir/serial"
				serial=${serial// /}
				return
			fi
			dir=${dir%/*}
		done
	done
}

disks_find()
{
	local dir name paths real function serial nsid

	for dir in "$sysfs"/block/*; do
		name=${dir##*/}
		disk_is_real "$name" || continue
		disk_paths_of "$name"
		if [ ${#paths[@]} -ne 1 ]; then
			leave_out "$name" "${#paths[@]} controllers lead to it"
		elif ! pci_function_above "${paths[0]}"; then
			leave_out "$name" "no PCI device of this machine does its DMA"
		else
			disk_serial_of "$name"
			disk_bdf[$name]=$function disk_serial[$name]=$serial disk_nsid[$name]=$nsid
			disk_bytes[$name]=$(($(<"$dir/size") * 512))
		fi
	done
}

# Numbers "major:minor" of the disk and of its partitions.
disk_numbers()
{
	cat "$sysfs/block/$1/dev" "$sysfs/block/$1"/*/dev 2>/dev/null
}

# Prints who uses a disk, if anybody does.
disk_user()
{
	local name=$1 number dir holder who

	while read -r number; do
		while read -r who; do
			if [ "$who" = / ]; then
				echo "it carries the root file system"
			else
				echo "it is mounted on $who"
			fi
			return
		done < <(awk -v n="$number" '$3 == n { print $5 }' "$procfs/self/mountinfo")
	done < <(disk_numbers "$name")
	for dir in "$sysfs/block/$name" "$sysfs/block/$name/$name"*; do
		[ -d "$dir" ] || continue
		who=$(awk -v d="$devfs/${dir##*/}" '$1 == d' "$procfs/swaps")
		[ -z "$who" ] || { echo "it is swap"; return; }
		# file systems of several devices have a number of their own: look at the source
		who=$(sed -n "s|^.* - [^ ]* $devfs/${dir##*/} .*|x|p" "$procfs/self/mountinfo")
		[ -z "$who" ] || { echo "a mounted file system uses it"; return; }
		for holder in "$dir"/holders/*; do
			[ -e "$holder" ] || continue
			echo "it is held by ${holder##*/} ($(disk_holder_name "$holder"))"
			return
		done
	done
	disk_guest "$name"
}

disk_holder_name()
{
	local name

	name=$(cat "$1/dm/name" 2>/dev/null) || name=$(cat "$1/md/level" 2>/dev/null) || name=holder
	echo "$name"
}

# A backend of Xen's that serves the disk to a guest names it by hexadecimal numbers.
disk_guest()
{
	local dir number hex

	for dir in "$sysfs"/bus/xen-backend/devices/vbd-*; do
		[ -e "$dir/physical_device" ] || continue
		while IFS=: read -r number hex; do
			printf -v hex '%x:%x' "$number" "$hex"
			[ "$(cat "$dir/physical_device")" != "$hex" ] || {
				echo "it serves guest ${dir##*/vbd-}"
				return
			}
		done < <(disk_numbers "$1")
	done
}

# What lies on a disk that nobody uses now but that is a part of something. The disk itself is
# read, and its partitions: udev's memory may be missing. Without an answer it is not written to.
disk_member()
{
	local dir name said status type

	for dir in "$sysfs/block/$1" "$sysfs/block/$1/$1"*; do
		[ -d "$dir" ] || continue
		name=${dir##*/} status=0
		said=$(head -c 1 "$devfs/$name" 2>&1 >/dev/null &&
			blkid -p -o export "$devfs/$name" 2>&1) || status=$?
		if [ $status -ne 0 ] && { [ $status -ne 2 ] || [ -n "$said" ]; }; then
			echo "what lies on $name can't be read (blkid -p $devfs/$name: status $status)"
			return
		fi
		type=$(sed -n 's/^TYPE=//p' <<<"$said" |
			grep -m 1 -E '_member$|^LVM|^crypto_LUKS$|^swap$|^bcache$|^ceph') || continue
		[ "$name" = "$1" ] && name=it
		echo "$name carries $type data: wipefs -a $devfs/${dir##*/} first if that may go"
		return
	done
}

# A DISK argument: the kernel name of the disk.
disk_resolve()
{
	local arg=$1 name found=()

	case $arg in
	serial:*)
		for name in "${!disk_serial[@]}"; do
			[ "${disk_serial[$name]}" != "${arg#serial:}" ] || found+=("$name")
		done ;;
	*/*)
		name=$(basename "$(readlink -f "$arg")")
		[ -e "$arg" ] || die "no such disk: $arg"
		[ ! -e "$sysfs/class/block/$name/partition" ] ||
			die "$arg is a partition: name its whole disk"
		[ -z "${disk_bdf[$name]:-}" ] || found=("$name") ;;
	*)
		[ -e "$sysfs/bus/pci/devices/$arg" ] || die "no such disk: $arg (wants /dev/NODE," \
			"serial:SERIAL or the address of a PCI device that exists)"
		for name in "${!disk_bdf[@]}"; do
			[ "${disk_bdf[$name]}" != "$arg" ] || found+=("$name")
		done ;;
	esac
	[ ${#found[@]} -gt 0 ] || die "$arg is no disk behind a PCI device of this machine"
	[ ${#found[@]} -eq 1 ] || die "$arg is several disks (${found[*]}): name one by its node"
	resolved=${found[0]}
}
