# SPDX-License-Identifier: GPL-2.0-only
# What a bench needs built for the image's kernel; the bench itself is in bench/.
# shellcheck shell=bash disable=SC2154 # variables are shared among the lab's files

# Builds a module for the image's kernel, one lab at a time: the arguments are make's.
module_build()
{
	local log

	log=$log_dir/$(date +%Y%m%d-%H%M%S)-module.$$.log
	say "building for kernel $kver: make $* (log: $log)"
	attended TERM flock "$work/module.lock" "$lab_dir/lab" chroot -- make "$@" "KVER=$kver" \
		>"$log" 2>&1 || die "make $* failed: see $log"
}

lab_modules()
{
	image_use
	module_build module
	module_build -C bench/dmabench module
	module_build -C bench/xentime
}
