# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other files and the test
# Asks xswbounce for its verdict, plants what it is to judge, and counts bounces by other means.

# The last line is the tool's: what the program prints comes before.
verdict()
{
	$x verdict --json "$@" 2>"$out/err" | grep '^{"schema"' >"$out/json"
}

verdict_words()
{
	$x verdict "$@" >"$out/words" 2>"$out/err"
}

device()
{
	jq -r ".devices[] | select(.device == \"$1\") | $2" "$out/json"
}

# Why the narrow device bounced, all of it.
reasons()
{
	device "$narrow_bdf" '[.reasons | to_entries[] | select(.value > 0).key] | tojson'
}

# The stock backend's bounces as the kernel's own event tells them.
bounced_event=/sys/kernel/tracing/events/swiotlb/swiotlb_bounced
truth_begin()
{
	echo 'hist:keys=dev_name:vals=size' >$bounced_event/trigger
}

truth_end()
{
	echo '!hist:keys=dev_name:vals=size' >>$bounced_event/trigger
}

# Bytes of device $1 bounced so far, not as xswbounce counts them.
bounced_bytes()
{
	if [ "$backend" = module ]; then
		module_counter "$1" bounce_bytes
	else
		awk -v d="$1" 'index($0, d) { bytes = $NF } END { print bytes + 0 }' $bounced_event/hist
	fi
}

loads=()
load_start()
{
	"$@" >/dev/null 2>&1 &
	loads+=($!)
}

load_end()
{
	kill "${loads[@]}"
	wait "${loads[@]}"
	loads=()
}

# Waits until disk $1 is being read.
until_busy()
{
	local tries before

	before=$(awk '{ print $1 }' "/sys/block/$1/stat")
	for tries in {1..300}; do
		[ "$(awk '{ print $1 }' "/sys/block/$1/stat")" -le $((before + 20)) ] || return 0
		sleep 0.2
	done
	echo "# $1 is not busy after $tries tries"
}

# Requests for the test's driver: the limits and frames told, then maps and unmaps of 8 KiB.
planted_maps=6000
requests()
{
	printf '%s\n' "$@"
	yes $'map 1 8192 to\nunmap 1' | head -n $((2 * planted_maps))
}

# A verdict while the driver carries them out. dd writes all in one: the driver refuses half a line.
plant()
{
	requests "$@" >"$out/plant"
	plant_again=(dd "if=$out/plant" "of=/sys/kernel/debug/dmabench/$narrow_bdf/sequence" bs=1M status=none)
	verdict -a -- "${plant_again[@]}"
}

all_to_module()
{
	local device

	module_load || bail "can't load the module"
	nic_pair || bail 'no two linked NICs of 32 bits'
	for device in "$wide_bdf" "$narrow_bdf" "$nic_a_bdf" "$nic_b_bdf"; do
		module_take "$device"
	done
	wait_for_disk 64 "$wide_bdf" || bail 'the wide disk did not come back'
	wait_for_disk 32 "$narrow_bdf" || bail 'the narrow disk did not come back'
}

all_to_stock()
{
	local device

	for device in "$wide_bdf" "$narrow_bdf" "$nic_a_bdf" "$nic_b_bdf"; do
		module_give_back "$device"
	done
	module_unload
}
