# SPDX-License-Identifier: GPL-2.0-only
# Turns an environment and its devices into QEMU's command line.
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the lab's files

# Devices go into PCI slots 3 to 15, in order unless the environment or --permute says else;
# the lab's own (root disk, shares, command's output) sit behind them.
machine_slots()
{
	if [ -n "${setting[slots]:-}" ]; then
		echo "${setting[slots]}"
	elif [ -n "$permute" ]; then
		seq 3 15 | shuf --random-source=<(yes "$permute")
	else
		seq 3 15
	fi
}

# QEMU takes a comma in a value doubled.
comma()
{
	echo "${1//,/,,}"
}

# Adds the devices to $qemu, makes their scratch disks, writes what the guest loads and awaits.
machine_devices()
{
	local name slots pass=${setting[pass]:-}

	read -ra slots -d '' < <(machine_slots) || true
	: >"$job/modules"
	: >"$job/wait"
	: >"$job/pass"
	: >"$job/pass-modules"
	: >"$job/pass-wait"
	for name in ${setting[devices]:-}; do
		[ -f "$lab_dir/devices/$name.dev" ] || die "no device '$name' in $lab_dir/devices"
		machine_device "$name"
	done
}

# The settings of one device file, read without disturbing the environment's.
machine_device()
{
	local name=$1 disk='' word i slot
	local -A setting

	settings_read "$lab_dir/devices/$name.dev" "$device_keys"
	[ "${#slots[@]}" -ge "${setting[slots]}" ] || die "$environment: no PCI slot is left for $name"
	if [ -n "${setting[disk]:-}" ]; then
		disk=$run/$name.img
		rm -f "$disk"
		truncate -s "${setting[disk]}" "$disk"
	fi
	for word in ${setting[qemu]}; do
		word=${word//@DISK@/$(comma "$disk")}
		word=${word//@IMAGE@/$(comma "$image/root.ext4")}
		word=${word//@SERIAL@/${setting[serial]:-}}
		for ((i = 1; i <= setting[slots]; i++)); do
			printf -v slot '0x%x' "${slots[i - 1]}"
			word=${word//@SLOT$i@/$slot}
		done
		qemu+=("$word")
	done
	echo "${setting[modules]:-}" >>"$job/modules"
	[ -z "${setting[wait]:-}" ] || echo "${setting[wait]}" >>"$job/wait"
	[[ " $pass " != *" $name "* ]] || machine_passed
	slots=("${slots[@]:${setting[slots]}}")
}

# What guest/inside passes to a domU, and what the domU loads and awaits for it.
machine_passed()
{
	local i

	for ((i = 0; i < setting[slots]; i++)); do
		printf '0000:00:%02x.0\n' "${slots[i]}" >>"$job/pass"
	done
	echo "${setting[modules]:-}" >>"$job/pass-modules"
	[ -z "${setting[wait]:-}" ] || echo "${setting[wait]}" >>"$job/pass-wait"
}

machine_share()
{
	local tag=$1 dir=$2 addr=$3 readonly=$4

	qemu+=(-fsdev "local,id=$tag,path=$(comma "$dir"),security_model=none,readonly=$readonly"
		-device "virtio-9p-pci,fsdev=$tag,mount_tag=$tag,addr=$addr")
}

# The lab's own devices. The command's output has ports of its own: the console is Xen's and
# the kernel's.
machine_own_devices()
{
	qemu+=(-chardev "file,id=console,path=$(comma "$console"),append=on" -serial chardev:console
		-drive "if=none,id=root,format=raw,snapshot=on,file=$(comma "$image/root.ext4")"
		-device "virtio-blk-pci,drive=root,serial=XSWROOT,addr=0x18")
	machine_share src "$checkout" 0x19 on
	machine_share out "$out" 0x1a off
	machine_share job "$job" 0x1b off
	qemu+=(-device "virtio-serial-pci,id=ports,addr=0x1c")
	if [ -n "$interactive" ]; then
		qemu+=(-chardev "stdio,id=tty,mux=on,signal=off"
			-device "virtconsole,bus=ports.0,chardev=tty")
	else
		qemu+=(-chardev "file,id=out,path=$(comma "$run/stdout")"
			-device "virtserialport,bus=ports.0,chardev=out,name=xsw.out"
			-chardev "file,id=err,path=$(comma "$run/stderr")"
			-device "virtserialport,bus=ports.0,chardev=err,name=xsw.err")
	fi
}

# Xen needs eager-fpu: without it user programs die by chance under an emulated CPU as soon as
# a second domain runs.
machine_kernel()
{
	local args="quiet panic=1 ${setting[kernel_args]:-}"

	if [ "${setting[boot]}" = xen ]; then
		qemu+=(-kernel "$image/xen"
			-append "console=com1 com1=115200,8n1 bootscrub=off spec-ctrl=eager-fpu \
dom0_mem=${setting[dom0_mem]},max:${setting[dom0_mem]} ${setting[xen_args]:-}"
			-initrd "$(comma "$image/vmlinux") $(comma "console=hvc0 $args"),$(comma "$initrd")")
	else
		qemu+=(-kernel "$image/bzImage" -append "console=ttyS0,115200 $args" -initrd "$initrd")
	fi
}

# The default CPU lacks what kills a PV dom0 early under QEMU 7.2's emulation (SMAP, SMEP).
# Two CPUs are possible even where one is present: for a machine that can have but one, TCG leaves
# the guest's memory barriers out (QEMU 7.2, tcg_gen_mb() and mttcg_start_vcpu_thread()).  The device
# models run on threads of their own, and NVMe's shadow doorbells, which the guest writes to memory
# alone, need those barriers: without them commands stayed unseen until Linux reset the controller.
machine_build()
{
	local smp=${setting[smp]:-1} sleep=off word possible

	[ -n "${setting[memory]:-}" ] || die "$environment: no memory= is set"
	[ "${setting[boot]}" != xen ] || [ -n "${setting[dom0_mem]:-}" ] ||
		die "$environment: a Xen environment needs dom0_mem="
	qemu=(qemu-system-x86_64 -machine q35 -cpu "${setting[cpu]:-max,-smap,-smep,-la57,-pku}"
		-m "${setting[memory]}" -nodefaults -display none -no-reboot)
	for word in ${setting[qemu]:-}; do
		qemu+=("$word")
	done
	if [ -n "$icount" ]; then
		[ "${setting[idle]:-}" != waits ] || sleep=on
		qemu+=(-accel "tcg,thread=single" -icount "shift=1,sleep=$sleep" -smp 1)
	else
		possible=$((smp > 1 ? smp : 2))
		qemu+=(-accel "tcg,thread=multi" -smp "$smp,maxcpus=$possible")
	fi
	[ -z "$trace" ] || qemu+=(-trace "events=$(comma "$trace")" -D "$out/trace.txt")
	machine_own_devices
	machine_devices
	machine_kernel
}
