# SPDX-License-Identifier: GPL-2.0-only
# Moves devices between the stock backend and the module, and always back.
#
# A device moves while no driver is bound to it: unbind, tell the module's attach or detach file,
# bind. Disks and interfaces vanish and come again meanwhile, perhaps under other names: they are
# found again by PCI function and serial number.
# shellcheck shell=bash
# shellcheck disable=SC2004,SC2034,SC2154  # shared with the other files of bench/run

module_dir=/sys/devices/platform/xen_swiotlb
module_loaded_by_us='' module_wanted=''
declare -A target_backend=() target_moved=()
device_wait_s=30

# module_file NAME: the module as it was built here, or as it is installed.
module_file()
{
	local file

	file=$checkout/build/modules/$(uname -r)/$1.ko
	if [ -e "$file" ]; then
		echo "$file"
	else
		modinfo -n "$1" 2>/dev/null
	fi
}

# Loads the module when a target wants it; the run ends here when the kernel refuses it.
module_prepare()
{
	local id file message

	for id in "${targets[@]}"; do
		target_backend[$id]=stock
		[ -z "${target_module[$id]}" ] || module_wanted=yes
	done
	[ -n "$module_wanted" ] && [ ! -d /sys/module/xen_swiotlb ] || return 0
	file=$(module_file xen_swiotlb) || abort "no module for kernel $(uname -r): build it with 'make module'"
	if ! message=$(insmod "$file" 2>&1); then
		abort "$(module_explain "$file" "$message")"
	fi
	module_loaded_by_us=yes
}

# Why a module did not load, and what to do: what insmod said and the kernel's own last word.
module_explain()
{
	local file=$1 message=$2 kernel

	kernel=$(dmesg 2>/dev/null | grep -iE 'xen_swiotlb|module verification|lockdown' | tail -n 1)
	case $message$kernel in
	*'Key was rejected'* | *'Required key'* | *'unsigned module'* | *'Lockdown: insmod'*)
		echo "the kernel refused $file for its signature (Secure Boot or lockdown is on):" \
			"sign it with a key the machine has enrolled (mokutil --import), or switch it off" ;;
	*'Invalid module format'*)
		echo "$file does not fit kernel $(uname -r): build it again with 'make module'" ;;
	*)
		echo "the kernel refused $file: ${kernel:-$message}" ;;
	esac
}

module_unload()
{
	local tries

	[ -n "$module_loaded_by_us" ] || return 0
	for ((tries = 0; tries < 10; tries++)); do
		if rmmod xen_swiotlb 2>/dev/null; then
			module_loaded_by_us=''
			return 0
		fi
		sleep 1
	done
	echo "run: xen_swiotlb can't be unloaded: see dmesg" >&2
	return 1
}

pci_unbind()
{
	[ ! -e "/sys/bus/pci/devices/$1/driver" ] || echo "$1" >"/sys/bus/pci/devices/$1/driver/unbind"
}

pci_bind()
{
	[ -e "/sys/bus/pci/devices/$1/driver" ] || echo "$1" >"/sys/bus/pci/drivers/$2/bind"
}

# Where a target is now: under what node or names; false when it is not (yet) there.
target_locate()
{
	local id=$1 bdf name names=''

	if [ "${target_kind[$id]}" = disk ]; then
		disk_locate "$id"
		return
	fi
	for bdf in ${target_bdfs[$id]}; do
		for name in "/sys/bus/pci/devices/$bdf/net"/*; do
			[ -e "$name" ] || return 1
			names+=" ${name##*/}"
		done
	done
	target_names[$id]=${names# }
}

# Waits for a target to come up under its driver, and for udev to have named it.
await_target()
{
	local end=$((SECONDS + device_wait_s))

	until target_locate "$1"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
	command -v udevadm >/dev/null || return 0
	udevadm settle -t 5
	target_locate "$1"
}

# A disk behind its PCI function: by serial number and, in NVMe, by namespace.
disk_locate()
{
	local id=$1 dir name real paths function serial nsid

	for dir in /sys/block/*; do
		name=${dir##*/}
		disk_is_real "$name" || continue
		disk_paths_of "$name"
		[ ${#paths[@]} -eq 1 ] || continue
		pci_function_above "${paths[0]}" || continue
		[ "$function" = "${target_bdfs[$id]}" ] || continue
		disk_serial_of "$name"
		[ "$serial/$nsid" = "${target_serial[$id]}/${target_nsid[$id]}" ] || continue
		[ -b "/dev/$name" ] && [ "$(<"$dir/size")" != 0 ] || return 1
		target_node[$id]=/dev/$name
		return 0
	done
	return 1
}

# $2: stock or module. Also from stock to stock, for the control that must show no difference.
target_move()
{
	local id=$1 backend=$2 bdf

	target_moved[$id]=yes
	# from here on the way back must go through detach
	[ "$backend" = stock ] || target_backend[$id]=module
	[ "${target_kind[$id]}" != pair ] || network_down
	for bdf in ${target_bdfs[$id]}; do
		pci_unbind "$bdf" || return 1
		if [ "$backend" = module ]; then
			echo "$bdf" >$module_dir/attach || return 1
		elif module_wants "$bdf"; then
			echo "$bdf" >$module_dir/detach || return 1
		fi
	done
	target_backend[$id]=$backend
	for bdf in ${target_bdfs[$id]}; do
		pci_bind "$bdf" "${target_driver[$id]}" || return 1
	done
	await_target "$id" || return 1
	[ "$backend" = stock ] || module_owns "$id"
}

module_wants()
{
	grep -qs "^$1 " $module_dir/devices
}

# What is called 'module' in the record must be on the module.
module_owns()
{
	local bdf

	for bdf in ${target_bdfs[$1]}; do
		grep -q "^$bdf attached " $module_dir/devices || return 1
	done
}

module_force()
{
	[ "$(cat $module_dir/force)" = "$1" ] || echo "$1" >$module_dir/force
}

# Best effort, for every way to end: whatever happened, drivers are bound to the stock backend.
devices_to_stock()
{
	local id bdf

	for id in ${target_moved[@]+"${!target_moved[@]}"}; do
		if [ "${target_backend[$id]}" = module ]; then
			target_move "$id" stock || note_error "$id did not come back to the stock backend"
		fi
		for bdf in ${target_bdfs[$id]}; do
			pci_bind "$bdf" "${target_driver[$id]}"
		done
	done
	[ ! -e $module_dir/force ] || [ -z "$module_wanted" ] || module_force 0
}
