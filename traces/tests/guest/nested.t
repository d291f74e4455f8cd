#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bpftrace/latency.bt on maps within maps, and on several CPUs: on a program whose functions are
# called like the kernel's. Once its threads are tasks, once they stand for CPUs' idle tasks.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
gcc -O1 -fno-optimize-sibling-calls -pthread -o "$out/calls" traces/tests/nested_calls.c || bail 'gcc'

# The script, hung on that program, which has no device.
sed -e "s|k\(ret\)\{0,1\}func:vmlinux:|u\1probe:$out/calls:|; s|kprobe:|uprobe:$out/calls:|" \
	-e 's|str(args->dev->kobj.name)|"device"|' traces/bpftrace/latency.bt >"$out/tasks.bt"
sed -e 's/\btid ?/0 ?/; s/(uint64)cpu\b/(uint64)tid/' "$out/tasks.bt" >"$out/cpus.bt"

# The calls of a kind that took $2 ns at least, of those that bounced or not ($1).
calls_of()
{
	awk -v name="@ns[device, $1]" -v least="$2" 'index($0, name) == 1 { on = 1; next } !NF { on = 0 }
		on {
			low = substr($1, 2) + 0
			low *= $1 ~ /K/ ? 1024 : $1 ~ /M/ ? 1048576 : $1 ~ /G/ ? 1073741824 : 1
			if (low >= least) { sub(/^.*[])] +/, ""); sum += $1 }
		} END { print sum + 0 }' "$out/said"
}
for who in tasks cpus; do
	traces/cost/with-bpftrace "$out/$who.bt" "$out/calls" 2>"$out/said"
	is "$(calls_of 1 1073741824)" 2 "$who: two long calls bounced, one beside the other"
	is "$(calls_of 1 0) $(calls_of 0 0)" '2 2' "$who: the short ones within them did not"
	is "$(calls_of 0 1073741824)" 0 "$who: and took their own time"
	is "$(grep -cE '^@(start|bounced|depth)' "$out/said")" 0 "$who: nothing else is printed"
done
done_testing
