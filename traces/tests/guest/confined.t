#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The flight recorder as its unit confines it: with those capabilities and no others, everything but its
# folder read-only. Not tried: the unit's filters of system calls, and its limits of memory and time.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/devices.sh
. traces/tests/driver.sh
. traces/tests/trouble.sh
. traces/tests/recorder.sh
. traces/tests/tool.sh

unit=traces/xswbounce/data/xswbounce-watch.service
of_unit()
{
	sed -n "s/^$1=//p" $unit
}

narrow_disk || bail 'no disk behind a controller of 32 bits'
capabilities=$(of_unit CapabilityBoundingSet | sed 's/CAP_/+/g; s/ /,/g' | tr '[:upper:]' '[:lower:]')
like "$capabilities" '^\+bpf,\+[a-z_,+]+$' 'the unit has a set of capabilities'
driver_take "$bdf" || bail "can't bind the test's driver to $bdf"
recorder_begin 4m
# shellcheck disable=SC2016 # expanded there
watch_in=(unshare -m -n sh -c 'umask $1 && mount -o remount,bind,ro / && shift && exec "$@"' sh
	"$(of_unit UMask)" setpriv "--bounding-set=-all,$capabilities" --inh-caps=-all --ambient-caps=-all
	--no-new-privs)
watch_start -r 1
is "$(sed -n 's/^Cap\(Prm\|Eff\|Bnd\):\t//p' "/proc/$watch_pid/status" | sort -u | wc -l)" 1 \
	'it runs with this set'
is "$(cat "$out/err")" '' 'and lacks nothing at its start'
fail_on_stock
await failure 1
is $? 0 'a failure has its file'
file=$(find "$out/watch" -name 'incident-*-failure.txt')
is "$(stat -c %a "$file")" 600 'for root alone'
is "$(grep -ciE 'not available|not permitted|denied' "$file")" 0 'with all that it tells: nothing was refused'
like "$(cat "$file")" "a mapping of 524288 bytes failed for $bdf" 'which device, and how much'
at_least "$(awk '/^== kernel log/ { within = 1; next } /^== / { within = 0 } within' "$file" | grep -c .)" 50 \
	"with the kernel's log"
watch_end
is $? 0 'it ends well'
done_testing
