# SPDX-License-Identifier: GPL-2.0-only
# Decides what is loaded: disks and pairs of network cards, what may be written, what may move.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

# A target is a disk or a pair of network cards; its id is the (first) kernel name.
targets=()
declare -A target_kind=() target_bdfs=() target_node=() target_serial=() target_writable=()
declare -A target_nsid=() target_module=() target_mask=() target_driver=() target_names=() target_bytes=()
resolved='' unpaired=''

pci_driver()
{
	basename "$(readlink -f "$sysfs/bus/pci/devices/$1/driver" 2>/dev/null)" 2>/dev/null
}

pci_mask()
{
	cat "$sysfs/bus/pci/devices/$1/dma_mask_bits" 2>/dev/null || echo 0
}

target_add()
{
	local id=$1 bdf

	targets+=("$id")
	target_kind[$id]=$2 target_bdfs[$id]=$3 target_names[$id]=$4
	target_writable[$id]='' target_module[$id]=''
	bdf=${3%% *}
	target_driver[$id]=$(pci_driver "$bdf")
	target_mask[$id]=$(pci_mask "$bdf")
}

target_add_disk()
{
	target_add "$1" disk "${disk_bdf[$1]}" "$1"
	target_node[$1]=$devfs/$1 target_serial[$1]=${disk_serial[$1]}
	target_bytes[$1]=${disk_bytes[$1]} target_nsid[$1]=${disk_nsid[$1]}
}

target_add_pair()
{
	target_add "$1" pair "${nic_bdf[$1]} ${nic_bdf[$2]}" "$1 $2"
}

limited()
{
	[ ${#opt_disks[@]} -gt 0 ] || [ ${#opt_nics[@]} -gt 0 ]
}

targets_find_disks()
{
	local arg name user wanted=()

	for arg in ${opt_disks[@]+"${opt_disks[@]}"} ${opt_writes[@]+"${opt_writes[@]}"}; do
		disk_resolve "$arg"
		[[ " ${wanted[*]-} " == *" $resolved "* ]] || wanted+=("$resolved")
	done
	for name in $(printf '%s\n' ${disk_bdf[@]+"${!disk_bdf[@]}"} | sort); do
		user=$(disk_user "$name")
		if [[ " ${wanted[*]-} " == *" $name "* ]]; then
			target_add_disk "$name"
		elif limited; then
			leave_out "$name" "not named"
		elif [ "${disk_bytes[$name]}" -eq 0 ]; then
			leave_out "$name" "no medium in it"
		elif [ -n "$user" ]; then
			leave_out "$name" "$user; --disk $devfs/$name reads from it all the same"
		else
			target_add_disk "$name"
		fi
	done
}

targets_find_writable()
{
	local arg user

	for arg in ${opt_writes[@]+"${opt_writes[@]}"}; do
		disk_resolve "$arg"
		user=$(disk_user "$resolved")
		[ -n "$user" ] || user=$(disk_member "$resolved")
		[ -z "$user" ] || die "refusing to write to $devfs/$resolved: $user"
		target_writable[$resolved]=yes
	done
}

targets_find_nics()
{
	local arg name user wanted=() unused=()

	for arg in ${opt_nics[@]+"${opt_nics[@]}"}; do
		nic_resolve "$arg"
		user=$(nic_user "$resolved")
		[ -z "$user" ] || die "refusing to load $resolved: $user"
		wanted+=("$resolved")
	done
	for name in $(printf '%s\n' ${nic_bdf[@]+"${!nic_bdf[@]}"} | sort); do
		user=$(nic_user "$name")
		if [ -n "$user" ]; then
			leave_out "$name" "$user"
		elif limited && [ ${#wanted[@]} -ne 1 ] && [[ " ${wanted[*]-} " != *" $name "* ]]; then
			leave_out "$name" "not named"
		else
			unused+=("$name")
		fi
	done
	if [ ${#unused[@]} -eq 1 ]; then
		leave_out "${unused[0]}" "no second unused network card to exchange packets with"
	elif [ ${#unused[@]} -gt 1 ] && [ -n "$opt_dry" ] && [ -z "$opt_probe" ]; then
		nics_tell_unused
	elif [ ${#unused[@]} -gt 1 ]; then
		nics_pair "${unused[@]}"
	fi
	targets_add_pairs
}

# A dry run changes nothing, so it pings nobody.
nics_tell_unused()
{
	local names

	names=$(printf ', %s' "${unused[@]:0:${#unused[@]}-1}")
	unpaired="${names#, } and ${unused[-1]}"
	leave_out 'network load' "$unpaired are unused: pings at the start tell which are linked"
}

targets_add_pairs()
{
	local pair a b name missing=(${wanted[@]+"${wanted[@]}"})

	for pair in ${pairs[@]+"${pairs[@]}"}; do
		read -r a b <<<"$pair"
		if [ ${#wanted[@]} -gt 0 ] && [[ " ${wanted[*]} " != *" $a "* ]] &&
			[[ " ${wanted[*]} " != *" $b "* ]]; then
			leave_out "$a and $b" "not named"
			continue
		fi
		target_add_pair "$a" "$b"
		for name in "${!missing[@]}"; do
			[[ " $pair " != *" ${missing[name]} "* ]] || unset "missing[name]"
		done
	done
	[ -z "$unpaired" ] || return 0
	for name in ${missing[@]+"${missing[@]}"}; do
		die "network card $name has no partner: no other unused card answers across its link"
	done
}

# The target a DEV argument of --try-module means.
target_resolve()
{
	local id bdf=$1

	if [[ $1 == serial:* || $1 == */* ]]; then
		disk_resolve "$1"
		bdf=$resolved
	fi
	for id in ${targets[@]+"${targets[@]}"}; do
		if [[ " ${target_names[$id]} ${target_bdfs[$id]} " == *" $bdf "* ]]; then
			resolved=$id
			return
		fi
	done
	die "--try-module $1: not among the devices that are loaded"
}

targets_find_module()
{
	local arg id why

	[ ${#opt_try[@]} -gt 0 ] || return 0
	if why=$(machine_refuses_module); then
		for arg in "${opt_try[@]}"; do
			[ "$arg" = all ] || die "--try-module $arg: $why"
		done
		leave_out "backend module" "$why"
		return
	fi
	for arg in "${opt_try[@]}"; do
		if [ "$arg" != all ]; then
			target_resolve "$arg"
			why=$(target_unmovable "$resolved") &&
				die "refusing to move $resolved to the module: $why"
			target_module[$resolved]=yes
			continue
		fi
		for id in ${targets[@]+"${targets[@]}"}; do
			if why=$(target_unmovable "$id"); then
				leave_out "module on $id" "$why"
			else
				target_module[$id]=yes
			fi
		done
	done
}

# Unbinding a function takes away all that hangs on it: prints what forbids that.
target_unmovable()
{
	local bdf dir user name

	for bdf in ${target_bdfs[$1]}; do
		dir=$(readlink -f "$sysfs/bus/pci/devices/$bdf")
		[ -e "$dir/driver" ] || { echo "$bdf has no driver"; return 0; }
		for name in "${!disk_bdf[@]}"; do
			[ "${disk_bdf[$name]}" = "$bdf" ] || continue
			user=$(disk_user "$name")
			[ -z "$user" ] || { echo "$name is behind $bdf and $user"; return 0; }
		done
		for name in "${!nic_bdf[@]}"; do
			[ "${nic_bdf[$name]}" = "$bdf" ] || continue
			user=$(nic_user "$name")
			[ -z "$user" ] || { echo "$name is behind $bdf and $user"; return 0; }
		done
		name=$(find "$dir" -regex \
			'.*/\(input/input[0-9]+\|sound/card[0-9]+\|ttyUSB[0-9]+\)' | head -n 1)
		[ -z "$name" ] || { echo "${name##*/} is behind $bdf too"; return 0; }
	done
	return 1
}

# A comparison wants a disk that reaches all memory, one that does not, and packets: tells what
# this machine lacks.
targets_tell_missing()
{
	local id wide='' narrow='' pair=''

	for id in ${targets[@]+"${targets[@]}"}; do
		if [ "${target_kind[$id]}" = pair ]; then
			pair=yes
		elif [ "${target_mask[$id]}" -gt 32 ]; then
			wide=yes
		else
			narrow=yes
		fi
	done
	[ -n "$wide" ] || leave_out '64-bit disk' 'found no unused one'
	[ -n "$narrow" ] || leave_out '32-bit disk' 'found no unused one: no storage here bounces by nature'
	[ -n "$pair$unpaired" ] || leave_out 'network load' 'found no linked pair of unused network cards'
	[ -z "$pair" ] || network_can_check ||
		leave_out 'data-check' 'no busybox here to listen: apt-get install busybox'
}

targets_find()
{
	disks_find
	nics_find
	targets_find_disks
	targets_find_writable
	targets_find_nics
	limited || targets_tell_missing
	[ ${#targets[@]} -gt 0 ] || [ -n "$unpaired" ] || {
		left_out_print >&2
		die "nothing to load: no unused disk and no linked pair of unused network cards." \
			"Name a disk with --disk to read from it though it is in use"
	}
	targets_find_module
}
