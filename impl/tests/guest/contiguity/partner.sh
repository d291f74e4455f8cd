# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For tests in a domU with a part of dom0's: each tells the other by xenstore how far it is.

step() { # step SAY AWAIT: tells dom0, waits for its word
	local try
	xenstore-write data/step "$1"
	for ((try = 0; try < 600; try++)); do
		[ "$(xenstore-read data/step 2>/dev/null)" != "$2" ] || return 0
		sleep 0.5
	done
	bail "dom0 did not say '$2'"
}
