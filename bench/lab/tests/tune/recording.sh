# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # backend is of who reads this
# Records a load beside the exact mark that the kernel keeps of the same time. backend is stock or
# module. Needs traces/tests/module.sh and most_used.sh.

most_mib=64 # of a recording: a driver whose maps fail may try again at once, 200,000 times a second

recording_in() # recording_in FOLDER: it gets BACKEND-LOAD.rec.gz and a line a load in marks.tsv
{
	folder=$1
	mkdir -p "$folder"
	work=$(mktemp -d)
	# The line is read before the loads: a driver whose maps fail fills the log, and it is gone.
	areas=$(dmesg | sed -n 's/.*software IO TLB: area num \([0-9]*\).*/\1/p' | head -n 1)
	trap 'rm -rf "$work"' EXIT
}

# slots, areas, the most in use
mark_read()
{
	if [ "$backend" = module ]; then
		printf '%s\t-\t%s' $(($(cat "$module_files/pool_bytes") / 2048)) "$(most_used)"
	else
		printf '%s\t%s\t%s' "$(cat "$swiotlb/io_tlb_nslabs")" "$areas" "$(most_used)"
	fi
}

record() # record LOAD COMMAND...
{
	local name=$backend-$1

	most_used_begin
	# A program whose disk gets no slot outlives its signal and would hold a pipe open: so to a file.
	build/traces/xswbounce record --limit "$most_mib" -o "$work/load.rec" -- "${@:2}" >"$work/said" 2>&1 ||
		sed "s/^/# $name: /" "$work/said"
	printf '%s\t%s\t%s\n' "$backend" "$1" "$(mark_read)" | tee -a "$folder/marks.tsv"
	gzip -c "$work/load.rec" >"$folder/$name.rec.gz"
	[ "$backend" = stock ] || cat "$module_files"/{pool,counters} >"$folder/$name.state" # for who looks into a miss
}
