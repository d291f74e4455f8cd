# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A driver that maps what a test tells it: bench/dmabench's, bound to a device for as long.

# Takes device $1 from its driver.
driver_take()
{
	driver_device=$1
	driver_former=$(basename "$(readlink -f "/sys/bus/pci/devices/$1/driver")")
	driver_loaded=
	if ! grep -q '^dmabench ' /proc/modules; then
		modprobe dmabench 2>/dev/null || insmod "build/modules/$(uname -r)/dmabench.ko" ||
			return 1
		driver_loaded=yes
	fi
	echo "$1" >"/sys/bus/pci/devices/$1/driver/unbind"
	echo dmabench >"/sys/bus/pci/devices/$1/driver_override"
	echo "$1" >/sys/bus/pci/drivers_probe
	[ -e "/sys/kernel/debug/dmabench/$1/sequence" ]
}

# Carries out the requests on the standard input: map ID SIZE to|from|both, unmap ID, leak ID.
driver_requests()
{
	cat >>"/sys/kernel/debug/dmabench/$driver_device/sequence"
}

# A driver may take the DMA mask as it finds it: the first request of a sequence sets one of 32 bits.
driver_give_back()
{
	echo 'mask 32' >"/sys/kernel/debug/dmabench/$driver_device/sequence"
	echo "$driver_device" >"/sys/bus/pci/devices/$driver_device/driver/unbind"
	echo >"/sys/bus/pci/devices/$driver_device/driver_override"
	echo "$driver_former" >"/sys/bus/pci/devices/$driver_device/driver_override"
	echo "$driver_device" >/sys/bus/pci/drivers_probe
	echo >"/sys/bus/pci/devices/$driver_device/driver_override"
	[ -z "$driver_loaded" ] || rmmod dmabench
}
