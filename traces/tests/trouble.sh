# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other files and the test
# Plants trouble with the test's driver: a slow leak, a pool that runs full, one that is half full.

leaks()
{
	local status

	$x leaks --json -w 2 "$@" >"$out/lines" 2>"$out/err"
	status=$?
	grep '^{"schema"' "$out/lines" >"$out/json"
	return $status
}

# What the idle NICs hold: of stock the bytes of its slots, of the module one NIC's mappings.
held_by_nic()
{
	if [ "$backend" = stock ]; then
		echo $((2048 * $(cat /sys/kernel/debug/swiotlb/io_tlb_used)))
	else
		grep -c "^$nic_a_bdf .* live$" "$module_debug/mappings"
	fi
}

# And what leaks says of them.
older_of_nic()
{
	if [ "$backend" = stock ]; then
		jq '.older[] | select(.device == null).bytes' "$out/json"
	else
		jq ".older[] | select(.device == \"$nic_a_bdf\").live" "$out/json"
	fi
}

# shellcheck disable=SC2317
leak_slowly()
{
	local i

	for i in {1..80}; do
		echo "map $i 4096 to" >>"/sys/kernel/debug/dmabench/$1/sequence"
		sleep 0.25
	done
}
export -f leak_slowly

# exhaust, only_full, only_large, half: commands that leave the pool as they found it; the first
# leaves in $out/failed how many mappings failed. Its two halves: exhaust_only, release.
plans()
{
	local i requests=/sys/kernel/debug/dmabench/$narrow_bdf/sequence

	{
		for i in {1..260}; do echo "map $i 262144 to"; done
		# what is left are pieces: the rest goes in small ones until nothing fits
		for i in {300..1800}; do echo "map $i 2048 to"; done
		echo 'map 3000 2048 to'
	} >"$out/full.plan"
	{
		for i in {1..260}; do echo "unmap $i"; done
		for i in {300..1800}; do echo "unmap $i"; done
		echo 'unmap 0'
	} >"$out/release"
	for i in {1..140}; do echo "map $i 262144 to"; done >"$out/half.plan"
	{
		echo 'map 0 524288 to'
		cat "$out/full.plan"
	} >"$out/exhaust.plan"
	exhaust_only="cat $out/exhaust.plan >$requests; grep -c failed $requests >$out/failed"
	release="cat $out/release >>$requests"
	exhaust="$exhaust_only; sleep 2; $release"
	only_full="cat $out/full.plan >$requests; sleep 2; cat $out/release >>$requests"
	only_large="echo map 0 524288 to >$requests; sleep 2"
	half="cat $out/half.plan >$requests; sleep 2; echo '# begin anew' >$requests"
}

declare -A failures=()
failures_begin()
{
	local kind

	[ "$backend" = module ] || return 0
	for kind in fragmented full mask_unreachable too_large; do
		failures[$kind]=$(module_counter "$narrow_bdf" fail_$kind)
	done
}

failures_end()
{
	local kind

	[ "$backend" = module ] || return 0
	for kind in "${!failures[@]}"; do
		failures[$kind]=$(($(module_counter "$narrow_bdf" "fail_$kind") - failures[$kind]))
	done
}

# The size of the backend's pool in slots, as the backend tells it.
pool_slots()
{
	if [ "$backend" = module ]; then
		echo $(($(cat "$module_files/pool_bytes") / 2048))
	else
		cat /sys/kernel/debug/swiotlb/io_tlb_nslabs
	fi
}

# A line for each kind that there was, in the alphabet's order.
failures_of_module()
{
	local kind

	for kind in fragmented full mask_unreachable too_large; do
		[ "${failures[$kind]}" -eq 0 ] || echo "${kind//_/-} ${failures[$kind]}"
	done
}

# The flight recorder, in the background until watch_end; started by watch_in, if that is set.
watch_in=()
watch_start()
{
	local before tries

	before=$(bpftool -j prog list | jq length)
	"${watch_in[@]}" "$x" watch -o "$out/watch" "$@" >"$out/watched" 2>"$out/err" &
	watch_pid=$!
	for tries in {1..200}; do
		[ "$(bpftool -j prog list | jq length)" -le $((before + 8)) ] || break
		sleep 0.2
	done
	sleep 2
}

watch_end()
{
	sleep 2
	kill -TERM "$watch_pid"
	wait "$watch_pid"
}

# Reads an incident file as nobody, where there is no /sys.
elsewhere()
{
	chmod 711 "$out" "$out/watch"
	chmod 644 "$1"
	unshare -m sh -c "umount -l /sys/kernel/debug /sys/kernel/tracing; mount -t tmpfs none /sys &&
		exec setpriv --reuid 65534 --clear-groups $x report -i $1"
}
