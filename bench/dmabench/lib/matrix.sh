# SPDX-License-Identifier: GPL-2.0-only
# The matrix: which cells there are, and how one after another is measured.
#
# matrix_cells prints one line a step: 'hold KEY=VALUE...' fills the pool (or empties it), every
# other line is a cell for the kernel module. A block of a backend runs all of them in order.
# shellcheck shell=bash disable=SC2154 # variables of the other parts are used

sizes=(512 4096 65536 262144)
progress_done=0 progress_total=0 progress_start=$SECONDS

# Timed pairs of a size: enough for p99.9 where that takes no minutes.
count_of()
{
	case $1 in
	512 | 4096) echo 2000 ;;
	65536) echo 1000 ;;
	*) echo 300 ;;
	esac
}

cells_reference()
{
	local size

	for size in "${sizes[@]}" 16384 1048576 4194304; do
		echo "test=memcpy size=$size count=200"
		echo "test=memset size=$size count=200"
	done
}

cells_check()
{
	local size dir

	for size in "${sizes[@]}"; do
		for dir in to from both; do
			echo "test=check size=$size dir=$dir reach=far"
		done
	done
}

cells_empty()
{
	local size dir

	echo "test=pair size=4096 mask=64 reach=near count=2000"
	echo "test=split size=4096 mask=64 reach=near count=2000"
	for dir in to from both; do
		for size in "${sizes[@]}"; do
			[ "$dir" != both ] || [ "$set_name" = full ] || continue
			echo "test=pair size=$size dir=$dir reach=far count=$(count_of "$size")"
		done
	done
	for size in 1048576 4194304; do # larger than stock serves
		echo "test=pair size=$size reach=far count=20"
	done
	echo "test=split size=4096 reach=far count=2000"
	for size in 4096 65536; do
		echo "test=sync size=$size dir=both reach=far count=500"
	done
	for size in 4096 16384 65536 262144; do
		# stock's small ones have two costs: many, so that the median stands on one of them
		echo "test=coherent size=$size count=$((size <= 16384 ? 1500 : 300))"
	done
	[ "$set_name" != full ] || echo "test=coherent size=2411724 count=20"
}

cells_patterns()
{
	local n

	echo "test=burst size=4096 reach=far count=2000"
	echo "test=ring size=4096 reach=far count=2000"
	[ "$set_name" != full ] || echo "test=ring size=1522 depth=256 dir=from reach=far count=2000"
	for ((n = 2; n <= most_threads; n *= 2)); do
		echo "test=handoff size=4096 reach=far threads=$n count=2000"
		echo "test=pair size=4096 mask=64 reach=near threads=$n count=2000"
		echo "test=pair size=4096 reach=far threads=$n count=2000"
		echo "test=pair size=65536 reach=far threads=$n count=1000"
	done
}

# cells_occupancy PERCENT...: pairs while held mappings ask for that share of the pool.
cells_occupancy()
{
	local percent layout size mixes=(wide small large)

	for percent in "$@"; do
		[ "$percent" -le "$fullest" ] || continue
		for ((layout = 1; layout <= layouts; layout++)); do
			[ "$percent" -lt 100 ] || [ "$layout" -eq 1 ] || continue
			echo "hold percent=$percent seed=$layout mix=${mixes[(layout - 1) % 3]}"
			for size in "${sizes[@]}"; do
				echo "test=pair size=$size reach=far count=$(($(count_of "$size") * 3 / 4))"
			done
			# more than a reserve for one large map can serve
			echo "test=burst size=262144 depth=4 reach=far count=200"
		done
	done
	echo "hold percent=0"
}

# What a run of the bench has time for: what is bounced and what is not, by size, and how full.
cells_bench()
{
	local size

	for size in "${sizes[@]}" 16384; do
		echo "test=memcpy size=$size count=100"
		echo "test=memset size=$size count=100"
	done
	echo "test=check size=4096 dir=both reach=far"
	echo "test=pair size=4096 mask=64 reach=near count=1000"
	for size in "${sizes[@]}"; do
		echo "test=pair size=$size reach=far count=$(($(count_of "$size") / 2))"
	done
	echo "test=pair size=4096 dir=from reach=far count=1000"
	echo "test=coherent size=16384 count=100"
	cells_occupancy 50 90
}

matrix_cells()
{
	local cpus

	cpus=$(nproc)
	most_threads=${threads:-$cpus}
	[ "$most_threads" -le "$cpus" ] || die "--threads $most_threads: this machine has $cpus CPUs"
	if [ "$set_name" = bench ]; then
		cells_bench
		return
	fi
	cells_reference
	cells_check
	cells_empty
	cells_patterns
	cells_occupancy 50 90 97 100
}

progress()
{
	local elapsed=$((SECONDS - progress_start))

	progress_done=$((progress_done + 1))
	if [ -t 2 ]; then
		printf '\r\e[K%d of %d, %d s, about %d s left: %s' "$progress_done" \
			"$progress_total" "$elapsed" \
			$((elapsed * (progress_total - progress_done) / progress_done)) "$1" >&2
		[ "$progress_done" -lt "$progress_total" ] || echo >&2
	elif ((progress_done % 25 == 0 || progress_done == progress_total)); then
		say "$progress_done of $progress_total, $elapsed s: $1"
	fi
}

# Measure one cell: its JSON in cell_json; ends the program where that makes no sense.
# Return: false where this machine has no memory on the wanted side of the mask; why is in cell_json.
cell_measure()
{
	local status=0

	echo "$1" 2>/dev/null >"$files/cell" || status=1
	cell_json=$(<"$files/cell")
	[ $status -ne 0 ] || return 0
	[[ $cell_json != *'found no memory that the device reaches'* ]] || return 1
	cell_failed "$1"
}

cell_failed()
{
	say "cell '$1': $(jq -r '.error // "failed"' <<<"$cell_json")"
	exit 1
}

hold_fill()
{
	if ! echo "$1 slots=$2" 2>/dev/null >"$files/hold"; then
		say "hold '$1': $(jq -r '.error // "failed"' "$files/hold")"
		exit 1
	fi
	hold_json=$(<"$files/hold")
	case $1 in *percent=0) hold_json=null ;; esac
}

matrix_run()
{
	local round=$1 backend=$2 position=$3 line slots

	hold_json=null
	slots=$(pool_slots "$backend")
	[ -s "$scratch/device-$backend" ] || cat "$files/device" >"$scratch/device-$backend"
	while read -r line; do
		progress "$backend $line"
		case $line in
		hold*) hold_fill "${line#hold }" "$slots" ;;
		*)
			cell_measure "$line" || { echo "$line" >>"$scratch/left-out"; continue; }
			printf '{"round":%d,"position":%d,"backend":"%s","hold":%s,"cell":%s}\n' \
				"$round" "$position" "$backend" "$hold_json" "$cell_json" ;;
		esac
	done < <(matrix_cells) >>"$scratch/rows"
}
