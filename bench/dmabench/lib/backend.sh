# SPDX-License-Identifier: GPL-2.0-only
# The two backends: the kernel's own, which is always there, and the module.
# shellcheck shell=bash disable=SC2154 # variables of the other parts are used

modules=$top/build/modules/$(uname -r)
control=/sys/devices/platform/xen_swiotlb
loaded=()

module_file()
{
	[ ! -e "$modules/$1.ko" ] || { echo "$modules/$1.ko"; return; }
	modinfo -F filename "$1" 2>/dev/null || true
}

backend_choose()
{
	local why

	if [ ${#backends[@]} -eq 0 ]; then
		backends=(stock)
		if [ ! -d /proc/xen ]; then
			why="this is no Xen domain"
		elif [ ! -d /sys/module/xen_swiotlb ] && [ -z "$(module_file xen_swiotlb)" ]; then
			why="the module xen_swiotlb is neither built nor installed"
		else
			backends+=(module)
			return
		fi
		say "measuring stock only: $why"
	fi
	if [ -n "$one_cell$sequence" ] && [ ${#backends[@]} -gt 1 ]; then
		backends=(stock)
	fi
}

load()
{
	local name=$1 file line why

	shift
	[ ! -d "/sys/module/$name" ] || return 0
	file=$(module_file "$name")
	[ -n "$file" ] || die "$name.ko is neither in $modules nor installed: build it first"
	loaded+=("$name") # first: a signal may come while it loads
	if ! line=$(insmod "$file" "$@" 2>&1); then
		why=$(dmesg | grep -iE "$name|lockdown: insmod" | tail -n 1)
		die "$name.ko was not loaded: ${line##*: }${why:+ ($why)}"
	fi
}

stock_pool_bytes()
{
	local slots=0

	[ ! -r /sys/kernel/debug/swiotlb/io_tlb_nslabs ] ||
		slots=$(</sys/kernel/debug/swiotlb/io_tlb_nslabs)
	echo $((slots * 2048))
}

# What decides where the kernel's own pool places a mapping, besides the requests.
stock_pool_describe()
{
	local pool=/sys/kernel/debug/swiotlb

	[ ! -r "$pool/io_tlb_used" ] || echo "# pool: $(<"$pool/io_tlb_nslabs") slots," \
		"$(<"$pool/io_tlb_used") used, $(dmesg |
			sed -n 's/.*software IO TLB: area num \([0-9]*\).*/\1/p' | tail -n 1) area(s)"
}

backend_load()
{
	local stock ours

	load dmabench
	[[ " ${backends[*]} " == *" module "* ]] || return 0
	stock=$(stock_pool_bytes)
	load xen_swiotlb "pool_mb=$((stock >> 20))"
	ours=$(<"$control/pool_bytes")
	[ "$ours" -eq "$stock" ] ||
		say "the module's pool has $ours bytes, stock's $stock: each is filled by its own size"
}

# A command that was ended by our signal may hold a file of the module for a moment more.
unload()
{
	local try

	for ((try = 0; try < 50; try++)); do
		[ -d "/sys/module/$1" ] || return 0
		! rmmod "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	rmmod "$1"
}

backend_unload()
{
	local i

	for ((i = ${#loaded[@]} - 1; i >= 0; i--)); do
		unload "${loaded[i]}" || say "${loaded[i]} could not be unloaded: see dmesg"
	done
	loaded=()
}

backend_attach()
{
	echo "$device" >"$control/attach" || die "the module refuses $device: see dmesg"
}

backend_detach()
{
	echo "$device" >"$control/detach" || say "the module keeps $device: see dmesg"
}

# Slots of the pool that serves the device now.
pool_slots()
{
	if [ "$1" = module ]; then
		echo $(($(<"$control/pool_bytes") / 2048))
	else
		echo $(($(stock_pool_bytes) / 2048))
	fi
}
