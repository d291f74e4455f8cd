#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What would take the memory of others is refused before any of it is taken; and each cell tells where
# it ran. The kernel's own backend, on a device that is no hardware.
cd "$(dirname "$0")/../../../.." || exit 1
. impl/tests/tap.sh

run=(bench/dmabench/dmabench --device none --backend stock)
work=$(mktemp -d)
trap 'umount "$work/taken" 2>/dev/null; rm -rf "$work"' EXIT
free_kb=$((600 * 1024)) # what is left here while cells ask for more

available()
{
	awk '/^MemAvailable/ { print $2 }' /proc/meminfo
}

cell()
{
	timeout 120 "${run[@]}" --cell "$1" >"$work/cell" 2>"$work/said"
}

# refused WHY CELL: the cell ends with this reason.
refused()
{
	is "$(cell "$2"; echo $?)" 1 "refused: $2"
	like "$(cat "$work/said")" "$1" "for this: $1"
}

passes 'a cell' cell 'test=pair reach=far count=10'
passes 'tells the CPU it ran on, the node of its memory, and that of the device' jq -e '
	(.cpus | length) == 1 and (.nodes | length) == 1 and (.device_node | type) == "number"' "$work/cell"

mkdir "$work/taken"
mount -t tmpfs -o size=100% none "$work/taken"
head -c $((($(available) - free_kb) * 1024)) /dev/zero >"$work/taken/zeroes"
at_most "$(available)" $((free_kb + 65536)) 'little memory is left'

refused 'more than half of the free memory' 'test=timer size=4194304 depth=4 count=4096 warm=0'
refused 'more than 64 MiB at once' 'test=timer size=4194304 depth=4096 count=96 warm=0'
# All of this dom0 lies above 4 GiB: the search for what a narrow device reaches ends without it.
refused 'found no memory that the device reaches' 'test=pair size=4194304 reach=near mask=32 count=1'
# shellcheck disable=SC2016 # expanded by the command
timeout 60 "${run[@]}" -- sh -c 'echo percent=1 slots=16777216 >"$DMABENCH_FILES/hold"
	cat "$DMABENCH_FILES/hold"' >"$work/said" 2>&1
like "$(cat "$work/said")" 'so many slots want more than half of the free memory' \
	'a plan of 16 million mappings is refused'
passes 'what is asked for in reason is measured all the same' cell 'test=timer size=65536 depth=32 count=96'
done_testing
