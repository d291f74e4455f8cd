# SPDX-License-Identifier: GPL-2.0-only
# Counts around a round: bounces and mappings, on each backend in its way.
#
# On stock the recipe traces/tracefs/bounces counts bounces; the trace event dma_map_page, where
# the kernel has it, counts all mappings of the same devices, in a tracing instance of our own.
# On the module its counters file is read before and after, with no tracing at all.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

bounces_tool=$checkout/traces/tracefs/bounces
tracefs=/sys/kernel/tracing
maps_instance=$tracefs/instances/xsw-bench

# Trace events that somebody left on would be measured with the timed rounds.
counters_check_tracing()
{
	local system

	[ -d $tracefs/events ] || return 0
	for system in swiotlb dma xen_swiotlb; do
		[ ! -e $tracefs/events/$system/enable ] ||
			[ "$(cat $tracefs/events/$system/enable)" = 0 ] ||
			abort "trace events of $system are enabled: timed rounds would measure them;" \
				"echo 0 >$tracefs/events/$system/enable"
	done
}

maps_begin()
{
	local event

	[ -e $tracefs/events/dma/dma_map_page/hist ] && mkdir $maps_instance 2>/dev/null || return 0
	echo 4 >$maps_instance/buffer_size_kb
	for event in dma_map_page dma_map_sg; do
		echo "hist:keys=device$([ $event = dma_map_sg ] || echo :vals=size)" \
			>$maps_instance/events/dma/$event/trigger
	done
}

# Hits and sum of sizes of the devices $2... in an event's histogram: "HITS BYTES".
maps_sum()
{
	local event=$1

	shift
	awk -v devices=" $* " '
		/^\{/ {
			split($0, part, /[{}]/)
			split(part[2], key, ":")
			device = substr(part[2], index(part[2], ":") + 1)
			gsub(/ /, "", device)
			if (!index(devices, " " device " "))
				next
			for (i = 1; i < NF; i++) {
				if ($i == "hitcount:") hits += $(i + 1)
				if ($i == "size:") bytes += $(i + 1)
			}
		}
		END { printf "%d %d\n", hits, bytes }' "$maps_instance/events/dma/$event/hist"
}

# JSON members of the mappings of some devices. Lists of pages have no sum in their event.
maps_take()
{
	local hits bytes lists _

	if [ ! -d $maps_instance ]; then
		echo '"maps": null, "map_bytes": null'
		return
	fi
	read -r hits bytes < <(maps_sum dma_map_page "$@")
	read -r lists _ < <(maps_sum dma_map_sg "$@")
	if [ "$lists" -gt 0 ]; then
		echo "\"maps\": null, \"map_bytes\": null, \"map_lists\": $lists"
	else
		echo "\"maps\": $hits, \"map_bytes\": $bytes"
	fi
}

# The kernel frees an instance only without its triggers.
counters_end()
{
	local event trigger

	[ -d $maps_instance ] || return 0
	for event in dma_map_page dma_map_sg; do
		while read -r trigger; do
			[[ $trigger != hist:* ]] ||
				echo "!${trigger% \[*}" >>$maps_instance/events/dma/$event/trigger
		done <$maps_instance/events/dma/$event/trigger
	done
	rmdir $maps_instance
}

declare -A before=() after=()

# Sums of the module's counters over some devices, and of its pool, into before[] or after[]; the
# module's own text is added to file $2.
module_read()
{
	local -n into=$1
	local bdf key value words word file=$2

	shift 2
	into=()
	{ echo "# $EPOCHREALTIME"; cat "$module_dir/counters" "$module_dir/pool"; } >>"$file"
	while read -r bdf words; do
		[[ " $* " == *" $bdf "* ]] || continue
		for word in $words; do
			into[${word%%=*}]=$((${into[${word%%=*}]:-0} + ${word#*=}))
		done
	done <"$module_dir/counters"
	while read -r key value _; do
		[[ ! $value =~ ^[0-9]+$ ]] || into[pool_$key]=$value
	done <"$module_dir/pool"
}

module_delta()
{
	echo $((${after[$1]:-0} - ${before[$1]:-0}))
}

module_counters_json()
{
	local reason n bounces=0 fails=0 reasons='' failures=''

	for reason in mask straddle align forced; do
		n=$(module_delta bounce_$reason)
		bounces=$((bounces + n))
		reasons+="${reasons:+, }\"$reason\": $n"
	done
	for reason in full fragmented too_large mask_unreachable; do
		n=$(module_delta fail_$reason)
		fails=$((fails + n))
		failures+="${failures:+, }\"${reason//_/-}\": $n"
	done
	printf '"maps": %d, "map_bytes": %d, "bounces": %d, "bounced_bytes": %d, "fails": %d, ' \
		"$(module_delta maps)" "$(module_delta map_bytes)" $bounces \
		"$(module_delta bounce_bytes)" $fails
	printf '"by_reason": {%s}, "fails_by_reason": {%s}, ' "$reasons" "$failures"
	printf '"copy_in_bytes": %d, "copy_out_bytes": %d, "exchanges": %d, "exchange_ns": %d, ' \
		"$(module_delta copy_in_bytes)" "$(module_delta copy_out_bytes)" \
		"$(module_delta pool_exchanges)" "$(module_delta pool_exchange_ns)"
	printf '"source": "module:counters"'
}

module_totals_json()
{
	local bdf

	module_read after /dev/null none
	printf '{"exchanges": %d, "bytes": %d, "ns": %d, "fails": %d, "pool_bytes": %d}' \
		"${after[pool_exchanges]:-0}" "${after[pool_exchanged_bytes]:-0}" \
		"${after[pool_exchange_ns]:-0}" "${after[pool_exchange_fails]:-0}" \
		"${after[pool_bytes]:-0}"
}
