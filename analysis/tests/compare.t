#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The comparison of runs: what changed is told, what did not is not, few boots have no interval.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"

said=$("$compare" "$fixture" "$fixture")
is $? 0 'a run and itself'
passes 'nothing changed' grep -q '^Throughputs that changed: 0. Paths that are not equal: 0 .equal: 44.. Counts that differ: 0.' <<<"$said"
passes 'times of emulated machines are not compared' grep -q 'times are not compared in native, .*: emulated' <<<"$said"
passes 'no such time is printed' not grep -q 'throughput, IOPS' <<<"$said"

# scaled DIVISOR: all timed rounds of one load on the module, slower.
scaled()
{
	local raw

	for raw in $(jq -r '.rounds[] | select(.kind == "timed" and .backend == "module" and
		.device == "nvme0n1").raw' "$run/xen-dom0/run.json"); do
		edit "xen-dom0/$raw" "(.jobs[] | .read, .write) |= (.iops /= $1 | .bw_bytes /= $1)"
	done
}

new_run base
real_machine
base=$run
new_run slower
real_machine
scaled 3
edit xen-dom0/run.json '.run = "20000102T000000Z-test-fixture"'
edit native/run.json '.run = "20000102T000000Z-test-fixture"'
said=$("$compare" "$base" "$run")
passes 'a third of the throughput is far apart, which no interval tells' grep -qE \
	'^\| xen-dom0 \| nvme0n1 \| randread-4k-qd1 \| module \| throughput, IOPS .* ×0\.33, no interval, far apart: worse \|' <<<"$said"
passes 'and told in its first line, apart from what is judged' grep -q '^Throughputs that changed: 0 (far apart, without an interval: 2)\.' <<<"$said"
passes 'and so is its ratio to stock' grep -qE \
	'^\| xen-dom0 \| nvme0n1 \| randread-4k-qd1 \| module \| throughput \| ×1\.15 .*, differs \| ×0\.38 .*, differs' <<<"$said"
passes 'stock did not change' not grep -qE '\| stock \|.*(worse|better)' <<<"$said"
passes 'one boot a side has no interval' not grep -qE 'throughput, IOPS .*×0\.33 \(' <<<"$said"

new_run somewhat
real_machine
scaled 1.3
said=$("$compare" "$base" "$run")
passes 'less, though all rounds lie apart, may be the boot: a ratio alone' grep -qE \
	'^\| xen-dom0 \| nvme0n1 \| randread-4k-qd1 \| module \| throughput, IOPS .* ×0\.77, no interval \|' <<<"$said"
passes 'and no change' grep -q '^Throughputs that changed: 0\. ' <<<"$said"

new_run tenfold
real_machine
scaled 10
said=$("$compare" "$base" "$run" "$scratch/slower")
passes 'a tenfold change is found' grep -qE 'randread-4k-qd1 \| module \| throughput, IOPS .* ×0\.10, no interval, far apart: worse' <<<"$said"
passes 'each run has its column' grep -qE '×0\.10, [^|]*worse \| ×0\.33, [^|]*worse' <<<"$said"

# Three boots a side: every sixth round of another boot.
new_run boots
real_machine
edit xen-dom0/run.json '.rounds |= map(.boot = ((.pair // 0) % 3))'
boots=$run
new_run slower-boots
real_machine
scaled 2
edit xen-dom0/run.json '.rounds |= map(.boot = ((.pair // 0) % 3))'
said=$("$compare" "$boots" "$run")
passes 'from three boots on there is an interval, and a verdict' grep -qE \
	'randread-4k-qd1 \| module \| throughput, IOPS .* ×0\.50 \(0\.[0-9]+–0\.[0-9]+\), worse \|' <<<"$said"
# half of a load's rounds on the module failed, first in the run, then in the base
# shellcheck disable=SC2016 # a variable of jq's
edit xen-dom0/run.json '([.rounds[] | select(.kind == "timed" and .load == "randread-4k-qd1" and
	.device == "nvme0n1" and .backend == "module").index][:3]) as $lost |
	(.rounds[] | select(.index | IN($lost[]))) |= (.ok = false | .why = "it hung")'
for sides in "$boots $run" "$run $boots"; do
	# shellcheck disable=SC2086 # two words
	said=$("$compare" $sides)
	passes 'a load of which too many rounds failed is not judged' grep -qE \
		'^\| xen-dom0 \| nvme0n1 \| randread-4k-qd1 \| module \| throughput, IOPS \| [0-9.,]+ \| -, unreliable \|' <<<"$said"
	passes 'nor on stock, nor any other figure' not grep -qE \
		'^\| xen-dom0 \| nvme0n1 \| randread-4k-qd1 \|.*(×|worse|better)' <<<"$(sed -n '/^## Times$/,$p' <<<"$said")"
done
said=$("$compare" "$boots" "$boots")
passes 'which finds nothing where nothing is' not grep -qE 'worse|better' <<<"$said"

new_run bouncing
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .device == "nvme0n1" and
	.backend == "module" and .force == false)][0].counters.raw' "$run/xen-dom0/run.json")
sed -i 's/bounce_mask=7 bounce_bytes=7000/&/; 0,/# 1001/!s/bounce_mask=7 bounce_bytes=7000/bounce_mask=84 bounce_bytes=84000/' "$run/$raw"
said=$("$compare" "$fixture" "$run")
passes 'new bounces are told, a round' grep -qE '^\| xen-dom0 \| nvme0n1 \| randread-4k-qd1 \| module \| bounces a round \| 0 \| 77 ' <<<"$said"
new_run longer
edit xen-dom0/run.json '.rounds += [.rounds[] | select(.kind == "counted") | .index += 1000]'
passes 'twice as many rounds of the same counts are no difference' grep -q 'Counts that differ: 0' \
	<("$compare" "$fixture" "$run")

new_run path
edit xen-dom0/instructions/dmabench.json '(.rows[] | select(.backend == "module" and
	.cell.test == "pair" and .cell.mask == 64 and .cell.size == 4096).cell.ops[0].median) = 190 |
	(.rows[].cell.ops[0].max | numbers) += 5000'
said=$("$compare" "$fixture" "$run")
passes 'instructions are equal or not' grep -qE '^\| xen-dom0 \| module \| direct \| 4096 B \| to \| 189 \| 190 \|' <<<"$said"
passes 'and only what is not is told' grep -q 'Paths that are not equal: 1 .equal: 43.' <<<"$said"

# by a clock of time, as on a host: no two floats are equal, and none is called unequal
# by_time FACTOR: the run's paths take so many ns
by_time()
{
	edit xen-dom0/instructions/dmabench.json ".unit = \"ns\" | .emulated = false |
		(.rows[] | select(.cell.test == \"pair\").cell.ops[].median | numbers) *= $1"
}
new_run ns
real_machine
by_time 1
ns=$run
new_run dearer
real_machine
by_time 1.5001
said=$("$compare" "$ns" "$run")
passes 'times of a path are a ratio' grep -qE '^\| xen-dom0 \| module \| direct \| 4096 B \| to \| 189 \| ×1\.5 \|' <<<"$said"
passes 'in a table of their own' grep -q '^## Time of the path' <<<"$said"
passes 'none is told as unequal instructions' grep -q 'Paths that are not equal: 0 ' <<<"$said"
edit xen-dom0/run.json '.machine.cpu = "another"'
passes 'nor are those of two machines compared' not grep -q '^## Time of the path' <("$compare" "$ns" "$run")

new_run other
edit xen-dom0/run.json '.versions.kernel = "6.13" | .emulated = false'
said=$("$compare" "$fixture" "$run")
passes 'what differs between the machines is told' grep -qE '^\| xen-dom0 \| versions.kernel \| 6.12 \| 6.13 \|' <<<"$said"
passes 'times of an emulated and a real machine are not compared' grep -q 'emulated and the other is not' <<<"$said"
new_run machine
real_machine
edit xen-dom0/run.json '.machine.cpu = "another"'
said=$("$compare" "$base" "$run")
passes 'nor those of two machines, in one line' grep -q '^- .*: times are not compared in xen-dom0: two machines .their cpu differ' <<<"$said"
passes 'the rest is' grep -qE '^\| native \| nvme0n1 .* throughput, IOPS' <<<"$said"
new_run updated
real_machine
edit xen-dom0/run.json '.machine.hypervisor = "xen 4.99" | .machine.memory_bytes -= 4096 | .machine.cpus = 64'
said=$("$compare" "$base" "$run")
passes 'one host with another Xen, other memory and fewer CPUs is one machine' not grep -q 'two machines' <<<"$said"
passes 'what is not the same is told' grep -q '^| xen-dom0 | machine.cpus |' <<<"$said"
edit bench.json 'del(.host_id)'
passes 'without a name of the host, other CPUs are another machine' grep -q \
	'two machines .their cpus differ' <("$compare" "$base" "$run")
new_run host
real_machine
edit bench.json '.host_id = "another"'
said=$("$compare" "$base" "$run")
passes 'two hosts that are alike are two machines' grep -q 'times are not compared in native, .*two machines .their host_id differ' <<<"$said"

new_run elsewhere
rm -r "$run/xen-dom0"
said=$("$compare" "$fixture" "$run")
passes 'an environment of one run only is named' grep -q '^- Only in .*: xen-dom0' <<<"$said"
done_testing
