# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # statistics is for, and here is from, the scripts that read this
# Builds xsw-stat where it is missing or older than its source. Sets: statistics, its path.

need()
{
	command -v "$1" >/dev/null || die "$1 is missing: apt-get install $2"
}

build_statistics()
{
	local stats_dir=$here/../stats notes

	need make make
	need "${CC:-cc}" gcc
	statistics=$here/../../build/analysis/xsw-stat
	need flock util-linux
	mkdir -p "$here/../../build"
	# Reports made at the same time must not build at the same time.
	if ! notes=$(flock "$here/../../build" make -s -C "$stats_dir" 2>&1); then
		[[ $notes != *jansson.h* ]] ||
			die "jansson's headers are missing: apt-get install libjansson-dev"
		die "xsw-stat does not build: $(tail -n 1 <<<"$notes")"
	fi
}
