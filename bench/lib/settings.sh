# SPDX-License-Identifier: GPL-2.0-only
# What may differ between the backends besides the backend: limits and queues the drivers chose.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

# By "target backend": a JSON object.
declare -A target_settings=()

settings_take()
{
	local key="$1 ${target_backend[$1]}"

	[ -z "${target_settings[$key]:-}" ] || return 0
	if [ "${target_kind[$1]}" = disk ]; then
		target_settings[$key]=$(settings_disk "${target_node[$1]##*/}")
	else
		target_settings[$key]=$(settings_nic "${target_names[$1]% *}")
	fi
}

settings_disk()
{
	local queue=/sys/block/$1/queue key value out=''

	for key in max_hw_sectors_kb max_sectors_kb max_segments max_segment_size nr_requests \
		virt_boundary_mask dma_alignment; do
		value=$(cat "$queue/$key" 2>/dev/null) || continue
		out+="\"$key\": $value, "
	done
	value=$(sed -n 's/.*\[\(.*\)\].*/\1/p' "$queue/scheduler")
	out+="\"scheduler\": \"${value:-none}\", "
	out+="\"queues\": $(find "/sys/block/$1/mq" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)"
	echo "{$out}"
}

settings_nic()
{
	ethtool -k "$1" 2>/dev/null | awk -v mtu="$(cat "/sys/class/net/$1/mtu")" \
		-v queues="$(find "/sys/class/net/$1/queues" -name 'rx-*' | wc -l)" '
		/^(rx-checksumming|tx-checksumming|scatter-gather|tcp-segmentation-offload|generic-segmentation-offload|generic-receive-offload|large-receive-offload|highdma):/ {
			sub(":", "", $1)
			out = out sprintf("\"%s\": \"%s\", ", $1, $2)
		}
		END { printf "{%s\"mtu\": %d, \"queues\": %d}\n", out, mtu, queues }'
}
