#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Xen's account of this domain's time: it grows by what is computed, and not by what is slept.
# shellcheck disable=SC2317  # functions that are called by name
cd "$(dirname "$0")/../../.." || exit 1
. impl/tests/tap.sh

xentime=build/xentime/xentime
modprobe xen-privcmd

# ran COMMAND...: sets ran, the ms of vCPU time it took, and passed, the ms it had for it.
ran()
{
	local before began

	before=$($xentime)
	began=${EPOCHREALTIME/./}
	"$@"
	passed=$(((${EPOCHREALTIME/./} - began) / 1000))
	ran=$((($($xentime) - before) / 1000000))
	echo "# $ran ms ran, $passed ms passed, $(nproc) CPUs"
}

# Until the kernel has accounted $1 s of CPU time to it.
compute()
{
	perl -e 'while ((times)[0] + (times)[1] < $ARGV[0]) {}' "$1"
}

often()
{
	local i

	for ((i = 0; i < 50; i++)); do
		$xentime >/dev/null
	done
}

expect 'it prints one number' 0 '^[0-9]+$' $xentime
expect 'and knows no argument' 2 '^usage: ' $xentime now
ran compute 3
at_least $ran 2800 '3 s of computing count'
at_most $ran $((passed * $(nproc) + 500)) 'no more than the CPUs had'
ran sleep 4
at_most $ran 2000 'most of 4 s of sleep do not'
first=$($xentime)
at_least "$($xentime)" $((first + 1)) 'it never stands still'
ran often
echo "# asking takes $((ran * 1000 / 50)) us of vCPU time, the start of the program among them"
ran eval 'for ((i = 0; i < 50; i++)); do /bin/true; done'
echo "# a program that does nothing $((ran * 1000 / 50)) us"
done_testing
