# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For tests that run as root in a PV dom0: devices by what they are, the module in and out.

control=/sys/devices/platform/xen_swiotlb
# shellcheck disable=SC2034 # for the tests that source this
debug=/sys/kernel/debug/xen_swiotlb
# shellcheck disable=SC2034
tracing=/sys/kernel/tracing
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
modules=${XSW_MODULES:-$top/build/modules/$(uname -r)}
# shellcheck source=impl/tests/tap.sh
. "$top/impl/tests/tap.sh"

# ---- the kernel log ----

# A line of our own marks a place: counting lines goes wrong when the log's buffer is full.
log_mark=
mark_log() {
	log_mark="$(basename "$0") mark $EPOCHREALTIME"
	echo "$log_mark" >/dev/kmsg
}
new_log() { # what came after the mark
	dmesg | awk -v mark="$log_mark" 'mark && index($0, mark) { lines = ""; next }
		{ lines = lines $0 "\n" } END { printf "%s", lines }'
}

# ---- devices, found by what they are ----

bdf_of() { # bdf_of SYSFS-DEVICE: the PCI function it hangs on
	readlink -f "$1" | grep -oE '[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]' | tail -n 1
}

driver_of() { basename "$(readlink "/sys/bus/pci/devices/$1/driver")" 2>/dev/null; }

find_nvme() { # the PCI function of the first NVMe disk
	local dev
	for dev in /sys/class/nvme/*; do
		[ ! -e "$dev" ] || bdf_of "$dev"
	done | head -n 1
}

find_nics() { # PCI functions of the network cards that have no address
	local dev
	for dev in /sys/class/net/*; do
		[ -e "$dev/device" ] || continue
		ip -4 addr show dev "$(basename "$dev")" | grep -q 'inet ' || bdf_of "$dev"
	done | sort -u
}

find_usb_disk() { # the node of the first disk on USB
	local dev
	for dev in /sys/block/sd*; do
		readlink -f "$dev" | grep -q /usb && basename "$dev" && return
	done
}

await_pci() { # await_pci BDF: it is passed through while we run
	local try
	for try in $(seq 300); do
		[ ! -e "/sys/bus/pci/devices/$1" ] || return 0
		sleep 0.2
	done
	bail "no PCI function $1 after $try tries"
}

usb_node() { # that disk, waiting for it
	local try disk
	for try in $(seq 200); do
		disk=$(find_usb_disk)
		[ -z "$disk" ] || [ ! -b "/dev/$disk" ] || { echo "/dev/$disk" && return; }
		sleep 0.1
	done
	bail "no USB disk after $try tries"
}

nvme_node() { # the disk of the NVMe function BDF, waiting for it
	local try dev
	for try in $(seq 100); do
		for dev in /sys/block/nvme*n*; do
			[ -b "/dev/$(basename "$dev")" ] || continue
			[ "$(bdf_of "$dev")" = "$1" ] && echo "/dev/$(basename "$dev")" && return
		done
		sleep 0.1
	done
	bail "no disk of $1 after $try tries"
}

unbind() { echo "$1" >"/sys/bus/pci/devices/$1/driver/unbind"; }
bind() { echo "$1" >"/sys/bus/pci/drivers/$2/bind"; }

# ---- the module ----

module_in() { insmod "$modules/xen_swiotlb.ko" "$@"; }
module_out() { rmmod xen_swiotlb; }
refused() { # refused PARAMETERS...: what a load that must fail says in the log
	mark_log
	if module_in "$@" 2>/dev/null; then
		echo 'it loaded'
		module_out
	else
		new_log | sed -n 's/.*xen_swiotlb: //p'
	fi
}

take() { # take BDF: away from its driver, to the module, and to the driver again
	local driver
	driver=$(driver_of "$1")
	unbind "$1" && echo "$1" >$control/attach && bind "$1" "$driver"
}

give_back() { # give_back BDF: the other way round
	local driver
	driver=$(driver_of "$1")
	unbind "$1" && echo "$1" >$control/detach && bind "$1" "$driver"
}

counter() { # counter BDF NAME
	sed -n "s/^$1 .*\b$2=\([0-9]*\).*/\1/p" $control/counters
}

pool() { sed -n "s/^$1 //p" $control/pool; }

tell() { echo "$2" 2>/dev/null >"$1"; } # tell FILE TEXT: does the kernel take it?

refuses() { # refuses FILE TEXT NAME
	if tell "$1" "$2"; then
		ok 1 "$3"
	else
		ok 0 "$3"
	fi
}

state_of() { sed -n "s/^$1 //p" $control/devices; }

# ---- test modules ----

sweep() { # sweep PARAMETER...: one line about the domain's memory, 'frames N low N ...'
	mark_log
	insmod "$top/build/modules/$(uname -r)/tests/xsw_p2mcheck.ko" "$@" 2>/dev/null
	new_log | sed -n 's/.*p2mcheck: //p' | tail -n 1
}

memory() { sweep width=0; }

word_of() { # word_of NAME LINE: the value after NAME in a line of memory's
	sed -n "s/.*\b$1 \([0-9]*\).*/\1/p" <<<"$2"
}

results() { # results NAME: the test module's checks since mark_log are ours
	local line
	while read -r line; do
		case $line in
		'ok - '*) ok 0 "$1: ${line#ok - }" ;;
		'not ok - '*) ok 1 "$1: ${line#not ok - }" ;;
		esac
	done < <(new_log | sed -n 's/.*xsw_cases: //p')
}

cases() { # cases BDF NAME: runs these cases on a function without a driver
	[ -d /sys/module/xsw_cases ] || insmod "$top/build/modules/$(uname -r)/tests/xsw_cases.ko"
	echo "$2" >/sys/module/xsw_cases/parameters/run
	echo xsw_cases >"/sys/bus/pci/devices/$1/driver_override"
	mark_log
	bind "$1" xsw_cases 2>/dev/null
	results "$2"
	new_log | grep -q 'xsw_cases: 1\.\.' || ok 1 "$2: the cases ran to their end"
}

cases_end() { # cases_end BDF: its driver may have it again
	[ "$(driver_of "$1")" != xsw_cases ] || unbind "$1"
	echo >"/sys/bus/pci/devices/$1/driver_override"
}

late() { # late unmap|free|forget: what the driver of case 'late' left; its checks are ours
	mark_log
	echo "$1" >/sys/module/xsw_cases/parameters/late
	results "late $1"
}

spare_nics() { # nics and drivers: two network cards for cases, away from their drivers
	local n
	mapfile -t nics < <(find_nics)
	[ "${#nics[@]}" -ge 2 ] || bail 'two network cards to spare are needed'
	for n in 0 1; do
		drivers[n]=$(driver_of "${nics[n]}")
		unbind "${nics[n]}"
	done
}

spare_nics_back() { # they were the module's, and cases ran on them
	local n
	for n in 0 1; do
		cases_end "${nics[n]}"
		tell $control/detach "${nics[n]}"
		bind "${nics[n]}" "${drivers[n]}"
	done
	rmmod xsw_cases
}

spare_nic() { # nic and driver: a network card for cases, away from its driver
	nic=$(find_nics | head -n 1)
	[ -n "$nic" ] || bail 'no network card to spare'
	driver=$(driver_of "$nic")
	unbind "$nic"
}

spare_nic_back() { # it was the module's, and cases ran on it
	cases_end "$nic"
	echo "$nic" >$control/detach
	bind "$nic" "$driver"
	rmmod xsw_cases
}

[ "$(id -u)" = 0 ] || bail 'root only'
echo on >/proc/sys/kernel/printk_devkmsg # marks are not to be dropped
[ -f "$modules/xen_swiotlb.ko" ] || bail "no module for $(uname -r): make module"
