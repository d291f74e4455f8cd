# SPDX-License-Identifier: GPL-2.0-only
# Builds the folders of a machine that does not exist, for the runner to look at: sysfs, proc, dev.
# shellcheck shell=bash

fake=$(mktemp -d)
trap 'rm -rf "$fake"' EXIT
export XSW_SYSFS=$fake/sys XSW_PROC=$fake/proc XSW_DEV=$fake/dev
slot=0

# Tests whose runs are no dry runs take turns: a run takes the machine's lock.
fake_alone()
{
	exec {alone}>>/run/lock/xsw-bench-tests
	flock "$alone"
}

# A PCI address no machine has here; each call gives another.
fake_function()
{
	slot=$((slot + 1))
	printf -v function '%04x:%02x:%02x.%x' 3053 250 $slot 0
	function_dir=$fake/sys/devices/pci/$function
	mkdir -p "$function_dir" "$fake/sys/bus/pci/drivers/$1" "$fake/sys/bus/pci/devices"
	echo 0x1234 >"$function_dir/vendor"
	echo "$2" >"$function_dir/dma_mask_bits"
	ln -s "$fake/sys/bus/pci/drivers/$1" "$function_dir/driver"
	ln -s "$function_dir" "$fake/sys/bus/pci/devices/$function"
}

# fake_disk NAME MAJOR:MINOR SERIAL BITS [PARTITION]: a disk on a function of its own.
fake_disk()
{
	local dir

	fake_function testdisk "$4"
	dir=$function_dir/ctrl/$1
	mkdir -p "$dir/holders" "$fake/sys/block" "$fake/sys/class/block"
	echo "$3" >"$function_dir/ctrl/serial"
	echo "$2" >"$dir/dev"
	echo 2097152 >"$dir/size"
	ln -s "$dir" "$fake/sys/block/$1"
	truncate -s 1G "$fake/dev/$1"
	if [ -n "${5:-}" ]; then
		mkdir -p "$dir/$5/holders"
		echo "${2%:*}:$((${2#*:} + 1))" >"$dir/$5/dev"
		echo 1 >"$dir/$5/partition"
		ln -s "$dir/$5" "$fake/sys/class/block/$5"
		truncate -s 4M "$fake/dev/$5"
	fi
}

# fake_fio_record NAME FILE: what fio leaves of a load on that disk, measured once, for a fio that is played.
fake_fio_record()
{
	XSW_NODE=$fake/dev/$1 XSW_BYTES=1m XSW_TIMED=0 XSW_SECONDS=0 XSW_RAMP=0 XSW_SEED=1 \
		fio --output-format=json+ --output="$2" bench/storage/randread-4k-qd1.fio ||
		bail 'fio itself does not run here'
}

# fake_nic NAME FLAGS: a network card; NAME may be a real interface, which pings then really cross.
fake_nic()
{
	local dir

	fake_function testnic 32
	dir=$function_dir/net/$1
	mkdir -p "$dir"
	ln -s "$function_dir" "$dir/device"
	echo "$2" >"$dir/flags"
	ln -s "$dir" "$fake/sys/class/net/$1"
}

fake_mount()
{
	echo "30 1 $1 / $2 rw - ext4 $3 rw" >>"$fake/proc/self/mountinfo"
}

fake_native()
{
	mkdir -p "$fake/sys/class/net" "$fake/sys/block" "$fake/proc/self" "$fake/dev"
	echo 'root=/dev/x quiet' >"$fake/proc/cmdline"
	echo 'model name	: Test CPU' >"$fake/proc/cpuinfo"
	printf 'Filename Type Size Used Priority\n' >"$fake/proc/swaps"
	: >"$fake/proc/self/mountinfo"
}

fake_xen()
{
	fake_native
	mkdir -p "$fake/sys/hypervisor/version" "$fake/proc/xen"
	echo xen >"$fake/sys/hypervisor/type"
	echo "${1:-PV}" >"$fake/sys/hypervisor/guest_type"
	echo 4 >"$fake/sys/hypervisor/version/major"
	echo 20 >"$fake/sys/hypervisor/version/minor"
	echo .1 >"$fake/sys/hypervisor/version/extra"
	echo control_d >"$fake/proc/xen/capabilities"
}

# What the runner would do there.
dry()
{
	bench/run --here --dry-run "$@"
}
export -f dry
