#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The command line of xsw-defrag, over files that stand for the module's: what it sets, what it refuses.
set -u
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files=$work/files
mkdir -p "$work/bin" "$files"
sed "s|^files=.*|files=$files|" impl/defrag/defrag >"$work/xsw-defrag"
chmod +x "$work/xsw-defrag"

# Root's, and a log in which each refusal of the module's is a line.
printf '#!/bin/sh\necho 0\n' >"$work/bin/id"
printf '#!/bin/sh\ncat %s/log\n' "$work" >"$work/bin/dmesg"
chmod +x "$work/bin/id" "$work/bin/dmesg"
export PATH=$work/bin:$PATH

limits=(pages_per_second held_bytes free_floor_bytes xen_floor_blocks low_most_bytes target_permille width
	ask_xen background)

anew() { # the module as it is loaded, and a run that ends at once
	rm -rf "$files"
	mkdir "$files"
	for file in "${limits[@]}"; do echo 1 >"$files/$file"; done
	echo idle >"$files/state"
	echo 7 >"$files/run"
	echo 3 >"$files/runs"
	echo "done" >"$files/result"
	echo '[1.0] xen_swiotlb_defrag: a line of long ago' >"$work/log"
}

tried() { # tried ARGUMENTS...: sets status and said
	said=$(timeout 20 "$work/xsw-defrag" "$@" 2>&1)
	status=$?
}

all_set() { (cd "$files" && grep -sH . "${limits[@]}") | sed 's/:/=/' | grep -v '=1$' | paste -sd' '; }

refused() { # refused LINE ARGUMENTS...: in this one line, with status 2, and nothing was done
	local line=$1
	shift
	anew
	tried "$@"
	is "$status $said" "2 xsw-defrag: $line" "$*: is refused in one line"
	is "$(all_set)$(cat "$files/start" 2>/dev/null)" '' "$*: and nothing is set or started"
}

sets() { # sets FILES STARTED ARGUMENTS...
	local files_set=$1 started=$2
	shift 2
	anew
	tried "$@"
	is "$status" 0 "$*: is done"
	is "$(all_set)" "$files_set" "$*: sets ${files_set:-nothing}"
	is "$(cat "$files/start" 2>/dev/null)" "$started" "$*: starts ${started:-nothing}"
}

sets '' all
sets '' hot hot
sets 'pages_per_second=777' all --rate 777
sets 'pages_per_second=777' '' --background on --rate 777
sets 'pages_per_second=777' '' --rate 777 --background on
sets 'background=0' '' --background off
sets 'held_bytes=2097152' movable --background on --hold 2 movable
sets 'free_floor_bytes=0 low_most_bytes=4194304' all --keep 0 --low-most 4
sets 'xen_floor_blocks=0 target_permille=900 width=32 ask_xen=0' hot \
	--xen-keeps 0 --target 900 --width 32 --without-xen hot

refused "--hold: 9999999999999 is too large" --hold 9999999999999
refused "--rate: 9999999999999999999 is too large" --rate 9999999999999999999
refused "--hold: '-5' is no whole number" --hold -5
refused "--rate: '-5' is no whole number" --rate -5
refused "--hold: '08' is no whole number" --hold 08
refused "--width: '0x20' is no whole number" --width 0x20
refused "--keep: '12MiB' is no whole number" --keep 12MiB
refused "--target: '' is no whole number" --target ''
refused "--background is on or off, not 'nonsense'" --background nonsense
refused "--rate wants a value" --hold 4 --rate
refused "--hold: 'x' is no whole number" --rate 777 --hold x
refused "'nonsense' is unknown: xsw-defrag --help" --rate 777 nonsense
refused "movable or hot, not both" movable hot
refused "--status stands alone" --status --rate 777
refused "stop stands alone" --rate 777 stop

# What the module refuses: a file that is a folder stands for it.
anew
rm "$files/held_bytes"
mkdir "$files/held_bytes"
tried --rate 777 --hold 4
is "$status $(tail -n 1 <<<"$said")" "2 xsw-defrag: held_bytes is refused: the log says no reason" \
	'a line of long ago is not told as the reason'
is "$(all_set)$(cat "$files/start" 2>/dev/null)" '' 'and what was set before is as it was'

# ---- whose end it tells ----

anew
(sleep 2 && echo 9 >"$files/run") &
echo none >"$files/result"
echo hot >"$files/state"
tried movable
is "$status" 1 'a run after which another began has no success to tell'
is "$said" 'Run 7 has ended; another has begun since, which --status tells of.' 'but that'
wait
anew
echo hot >"$files/state"
tried movable
is "$status" 0 'it waits for its own run, not until all is idle'
anew
echo background >"$files/state"
(sleep 1 && echo 4 >"$files/runs" && touch "$work/ended") &
tried stop
is "$([ -e "$work/ended" ] || echo 'too early')" '' 'a stop waits for the end of one in the background'
wait
is "$(tail -n 1 <<<"$said")" \
	'The background stays on and runs again when buffers straddle: xsw-defrag --background off ends that.' \
	'a stop says that the background stays on'
is "$(cat "$files/stop")" 1 'and stops what goes on'
anew
echo movable >"$files/state"
tried stop
is "$status $(paste -sd' ' <<<"$said")" \
	'0 It had come to its end already. Done: nothing is left that can be cured.' 'a stop tells how the run has ended'
echo stopped >"$files/result"
tried stop
is "$(head -n 1 <<<"$said")" 'Stopped; memory is consistent, what was cured stays.' 'if by it, too'
anew
echo xen-floor >"$files/result"
tried movable
is "$status" 1 'what is left although Xen might have helped is no success'
like "$said" 'xen-keeps 0' 'and what to do is told'

# The background goes by the limits that are set with it.
anew
tried --background on --xen-keeps 64
passes 'the background is switched on after its limits are set' \
	test "$files/background" -nt "$files/xen_floor_blocks"
anew
tried --xen-keeps 64 --background off
passes 'and off before' test "$files/xen_floor_blocks" -nt "$files/background"
anew
(sleep 1 && rm -rf "$files") &
echo none >"$files/result"
tried movable
is "$status $(tail -n 1 <<<"$said")" '2 xsw-defrag: the module has gone, and the run has ended with it' \
	'a module that goes ends the wait'
wait
done_testing
