# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The module, for tests of the tools that read its events: loaded, and given devices.

module_files=/sys/devices/platform/xen_swiotlb
# shellcheck disable=SC2034 # for the tests
module_debug=/sys/kernel/debug/xen_swiotlb

module_load()
{
	[ -d $module_files ] || modprobe xen_swiotlb 2>/dev/null ||
		insmod "build/modules/$(uname -r)/xen_swiotlb.ko"
}

# Moves device $1 from its driver under the stock backend to the same driver under the module.
module_take()
{
	local driver

	driver=$(readlink -f "/sys/bus/pci/devices/$1/driver")
	echo "$1" >"$driver/unbind"
	echo "$1" >$module_files/attach
	echo "$1" >"$driver/bind"
}

module_give_back()
{
	local driver

	driver=$(readlink -f "/sys/bus/pci/devices/$1/driver")
	echo "$1" >"$driver/unbind"
	echo "$1" >$module_files/detach
	echo "$1" >"$driver/bind"
}

# One counter of device $1 as the module itself keeps it.
module_counter()
{
	tr ' ' '\n' < <(grep "^$1 " $module_files/counters) | sed -n "s/^$2=//p"
}

module_unload()
{
	rmmod xen_swiotlb
}
