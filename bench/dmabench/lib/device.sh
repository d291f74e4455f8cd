# SPDX-License-Identifier: GPL-2.0-only
# The device that is measured: found, taken from its driver, bound to dmabench, given back.
# shellcheck shell=bash disable=SC2154 # variables of the other parts are used

pci=/sys/bus/pci
taken='' former_driver='' bound_backend=''

driver_of()
{
	[ ! -e "$pci/devices/$1/driver" ] || basename "$(readlink "$pci/devices/$1/driver")"
}

# Why a device must not be taken, or nothing.
device_in_use()
{
	local path name interfaces

	path=$(readlink -f "$pci/devices/$1")
	interfaces=("$path"/net/* "$path"/*/net/*)
	if [[ $(<"$path/class") == 0x02* && -n $(driver_of "$1") && ${#interfaces[@]} -eq 0 ]]; then
		echo "its interface is in another network namespace"
		return
	fi
	for name in "${interfaces[@]}"; do
		name=$(basename "$name")
		[ -z "$(ip -o addr show dev "$name" scope global 2>/dev/null)" ] ||
			{ echo "its interface $name has an address"; return; }
		[ ! -e "/sys/class/net/$name/master" ] ||
			{ echo "its interface $name belongs to a bridge or bond"; return; }
	done
	while read -r name; do
		name=$(basename "$name")
		if grep -qE "^/dev/${name}p?[0-9]* " /proc/mounts /proc/swaps ||
			[ -n "$(find "/sys/class/block/$name/" -path '*/holders/*' | head -n 1)" ]; then
			echo "its disk $name is mounted or held"
			return
		fi
	done < <(find "$path/" -maxdepth 9 -type d -path '*/block/*' -prune 2>/dev/null)
}

# A function of class 'Ethernet' whose interfaces nobody uses, the last one of the machine.
find_spare_nic()
{
	local path found=

	for path in "$pci"/devices/*; do
		[[ $(<"$path/class") == 0x0200* ]] || continue
		[ -n "$(device_in_use "${path##*/}")" ] || found=${path##*/}
	done
	[ -n "$found" ] || die "no spare network function here: name a device with --device BDF"
	echo "$found"
}

device_choose()
{
	local why driver

	if [ "$device" = spare-nic ]; then
		device=$(find_spare_nic)
		unbind=yes
	fi
	[ -e "$pci/devices/$device" ] ||
		die "no PCI device '$device': the form is 0000:04:00.0, lspci -D lists them"
	why=$(device_in_use "$device")
	[ -z "$why" ] || die "$device is in use: $why"
	driver=$(driver_of "$device")
	[ -z "$driver" ] || [ -n "$unbind" ] ||
		die "$device has the driver $driver: --unbind takes it away for the measurement"
}

device_take()
{
	former_driver=$(driver_of "$device")
	taken=yes
	[ -z "$former_driver" ] || echo "$device" >"$pci/devices/$device/driver/unbind"
	echo dmabench >"$pci/devices/$device/driver_override"
}

# Bind it with one backend, and see that it is this one.
device_bind()
{
	local ops

	bound_backend=$1
	[ "$1" = stock ] || backend_attach
	echo "$device" >"$pci/drivers_probe"
	files=/sys/kernel/debug/dmabench/$device
	[ -e "$files/cell" ] || die "$device did not bind to dmabench: see dmesg"
	ops=$(jq -r '.ops // "none"' "$files/device")
	case $1:$ops in
	module:*'[xen_swiotlb]'*) ;;
	module:*) die "$device is not served by the module but by $ops" ;;
	stock:*'[xen_swiotlb]'*) die "$device is still served by the module" ;;
	esac
}

device_unbind()
{
	echo "$device" >"$pci/devices/$device/driver/unbind"
	[ "$1" = stock ] || backend_detach
	bound_backend=
}

device_give_back()
{
	[ -n "$taken" ] || return 0
	[ "$(driver_of "$device")" != dmabench ] || device_unbind "$bound_backend"
	echo >"$pci/devices/$device/driver_override"
	[ -z "$former_driver" ] || echo "$device" >"$pci/drivers_probe"
	[ "$(driver_of "$device")" = "$former_driver" ] ||
		say "$device did not go back to its driver $former_driver: see dmesg"
	taken=
}
