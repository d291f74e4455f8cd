#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PV domain that lies above 4 GiB, of a machine whose low memory is free: with a width, pages below it
# get frames below it, and others do not; no more of them than it may take.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"

width=29 # half of a domain of 1 GiB
mib=$((1 << 20))

look() { # sets within, from_above and low: frames below the width, by the P2M
	local now
	now=$(sweep width=$width)
	within=$(word_of within "$now") from_above=$(word_of from_above "$now") low=$(word_of low "$now")
	echo "# frames below 2^$width: $within of pages below it, $from_above of others; $low below 4 GiB"
}

# low_run MIB: a run that may take so much; what it took is what the P2M shows
low_run() {
	local within_before from_above_before low_before taken
	look
	within_before=$within from_above_before=$from_above low_before=$low
	set_to low_most_bytes $(($1 * mib))
	start_of movable
	told "a width of $width, $1 MiB at most"
	is "$(value run_width)" $width 'the width of the run is told'
	paste -sd' ' $files/xen_extents | sed 's/^/# extents taken, refused: /'
	taken=$(value low_bytes)
	echo "# $((taken / mib)) MiB of low memory were taken"
	look
	at_least "$taken" $(($1 * mib / 2)) "of $1 MiB it takes half at least"
	at_most "$taken" $(($1 * mib)) "and no more than $1 MiB"
	at_most $(((low - low_before) * 4096)) "$taken" "$1 MiB: nor has it more by the P2M"
	at_least $(((within - within_before) * 4096)) $((taken * 9 / 10)) "$1 MiB: pages below the width have them"
	is "$from_above" "$from_above_before" "$1 MiB: and no others"
	is_consistent "with a width, $1 MiB"
}

defrag_in
ok $? 'the module loads'
frames=$(word_of frames "$(memory)")
set_to width $width
low_run 64
is "$(value result)" low-limit 'a run ends at that, and says so'
low_run 128
"$front" --width $width --low-most 32 movable >/tmp/said 2>&1
is $? 1 'the front end, too'
is "$(tail -n 1 /tmp/said)" 'Ended: as much low memory as it may is taken (--low-most).' 'which tells it in one line'
at_most "$(value low_bytes)" $((32 * mib)) 'and is bound by what it is told'

# ---- without a width ----

look
before=$low
"$front" --width 0 --low-most 2 movable >/tmp/said 2>&1
like "$(value result)" '^(done|xen-floor)$' 'without a width a run goes on where it may take no more'
look
at_most $(((low - before) * 4096)) $((2 * mib)) 'and has no more low memory than it may'
is_consistent 'without a width'
defrag_out
ok $? 'the module goes'
done_testing
