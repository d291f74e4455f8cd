# SPDX-License-Identifier: GPL-2.0-only
# The load on a disk: which fio jobs, how much, and the command that runs one.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

storage_dir=$bench_dir/storage

# Loads of a disk: $2 is timed or counted. A disk that reaches only 32 bits gets a shorter set.
storage_loads()
{
	local id=$1 kind=$2 writes=${target_writable[$1]} short=''

	[ "${target_mask[$id]}" -gt 32 ] || short=yes
	case $kind$short$opt_set in
	timedyesquick) set -- read-128k ;;
	timedyesfull) set -- randread-4k-qd1 read-128k ${writes:+write-128k} ;;
	timedquick) set -- randread-4k-qd1 read-128k ${writes:+randwrite-4k-qd32} ;;
	countedyesquick) set -- read-128k ${writes:+verify-crc32c} ;;
	countedquick) set -- randread-4k-qd32 ${writes:+verify-crc32c} ;;
	*full) set -- randread-4k-qd1 randread-4k-qd32 read-128k \
		${writes:+randwrite-4k-qd1 randwrite-4k-qd32 write-128k} ;;
	esac
	[ "$kind$opt_set" != countedfull ] || set -- "$@" ${writes:+verify-crc32c}
	echo "$@"
}

# Sets bytes, what a counted round moves: thousands of mappings, not too many for slow disks.
storage_counted_bytes_of()
{
	local mib=8

	case $1 in
	*-4k-qd1) mib=2 ;;
	*-4k-qd32) mib=4 ;;
	esac
	[ "${target_mask[$2]}" -gt 32 ] || mib=$((mib / 2))
	bytes=$((mib << 20))
}

# Sets command[] to what runs one load on one disk, its record going to file $4.
storage_command()
{
	local id=$1 load=$2 kind=$3 file=$4 bytes timed=0

	if [ "$kind" = counted ]; then
		storage_counted_bytes_of "$load" "$id"
	else
		bytes=${target_bytes[$id]} timed=1
	fi
	[ "$bytes" -le "${target_bytes[$id]}" ] || bytes=${target_bytes[$id]}
	export XSW_NODE=${target_node[$id]} XSW_BYTES=$bytes XSW_TIMED=$timed
	export XSW_SECONDS=$((timed * opt_seconds)) XSW_SEED=$opt_seed
	command=(fio --output-format=json+ --output="$file")
	[ -n "${target_writable[$id]}" ] || command+=(--readonly)
	command+=("$storage_dir/$load.fio")
}
