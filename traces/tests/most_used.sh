# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # backend is of who reads this
# The exact mark that the kernel keeps of the most slots in use at once: of stock's pool or of the
# module's, as backend says. Needs traces/tests/module.sh.

swiotlb=/sys/kernel/debug/swiotlb

# Does it keep one? Linux does of stock's pool from 6.3 on; where keeping it is a static call, as in 7.3,
# only when booted with swiotlb=...,track_hiwater: else the file says 0.
most_used_is_kept()
{
	[ "$backend" = module ] || { [ -e $swiotlb/io_tlb_used_hiwater ] &&
		{ ! grep -qw __SCT__swiotlb_inc_used /proc/kallsyms || grep -q track_hiwater /proc/cmdline; }; }
}

# Counts from now on.
most_used_begin()
{
	if [ "$backend" = module ]; then
		echo exact >"$module_files/high_water"
	elif most_used_is_kept; then
		echo 0 >$swiotlb/io_tlb_used_hiwater
	fi
}

# Since then.
most_used()
{
	if [ "$backend" = module ]; then
		cut -d ' ' -f 1 "$module_files/high_water"
	else
		cat $swiotlb/io_tlb_used_hiwater
	fi
}
