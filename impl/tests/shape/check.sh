# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For tests that look for offenders in the files of the whole tree. Needs impl/tests/tap.sh.

check() { # check NAME OFFENDERS, one a line: there are none
	is "$2" '' "$1"
}

files() { # files PATTERN...: the tree's files, tracked and new, not ignored
	git ls-files -coz --exclude-standard -- "$@" | tr '\0' '\n' | while IFS= read -r f; do
		[ ! -f "$f" ] || echo "$f"
	done
}
