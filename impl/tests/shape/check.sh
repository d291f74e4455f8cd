# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# TAP for tests that look for offenders: each check passes if it is handed none.

checks=0
offended=0

check() { # check NAME OFFENDERS, one a line
	local offender
	checks=$((checks + 1))
	if [ -z "$2" ]; then
		echo "ok $checks - $1"
		return
	fi
	echo "not ok $checks - $1"
	while read -r offender; do echo "# $offender"; done <<<"$2"
	offended=1
}

files() { # files PATTERN...: the tree's files, tracked and new, not ignored
	git ls-files -co --exclude-standard -- "$@" | while read -r f; do
		[ ! -f "$f" ] || echo "$f"
	done
}

done_checking() {
	echo "1..$checks"
	exit "$offended"
}
