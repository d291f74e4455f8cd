#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The comparison of two runs: what changed is told, what did not is not, few rounds are not judged.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"

said=$("$compare" "$fixture" "$fixture")
is $? 0 'a run and itself'
passes 'nothing changed' grep -q 'Nothing changed significantly' <<<"$said"

# Half the IOPS in every timed round of one load on the module.
new_run slower
edit xen-dom0/run.json '.run = "20000102T000000Z-test-fixture"'
for raw in $(jq -r '.rounds[] | select(.kind == "timed" and .backend == "module" and
	.device == "nvme0n1").raw' "$run/xen-dom0/run.json"); do
	edit "xen-dom0/$raw" '(.jobs[] | .read, .write).iops /= 2 |
		(.jobs[] | .read, .write).bw_bytes /= 2'
done
said=$("$compare" "$fixture" "$run")
passes 'half the throughput is a change for the worse' grep -qE \
	'^\| xen-dom0 \| nvme0n1 \| randread-4k-qd1 \| module \| throughput, IOPS .* 0\.5000 .* worse' <<<"$said"
passes 'and so is its ratio to stock' grep -qE \
	'^\| xen-dom0 \| nvme0n1 \| randread-4k-qd1 \| module \| throughput, ratio .* worse' <<<"$said"
passes 'stock did not change' not grep -qE '\| stock \|.*(worse|better)' <<<"$said"
passes 'three rounds are not judged' not grep -qE 'seqread-128k.*(worse|better)' <<<"$said"

new_run bouncing
edit xen-dom0/run.json '(.rounds[] | select(.kind == "counted" and .device == "nvme0n1" and
	.backend == "module" and .force == false).counters) |= (.bounces = 77 |
	.bounced_bytes = 77000 | .raw = null)'
said=$("$compare" "$fixture" "$run")
passes 'new bounces are told' grep -qE '^\| xen-dom0 \| nvme0n1 \| randread-4k-qd1 \| module \| 0 \| 77 ' <<<"$said"

new_run other
edit xen-dom0/run.json '.versions.kernel = "6.13" | .emulated = false'
said=$("$compare" "$fixture" "$run")
passes 'what differs between the machines is told' grep -qE '^\| xen-dom0 \| versions.kernel \| 6.12 \| 6.13 \|' <<<"$said"
passes 'times of an emulated and a real machine are not compared' grep -q 'emulated and the other is not' <<<"$said"
passes 'no such time is printed' not grep -qE '^\| xen-dom0 .* throughput, IOPS' <<<"$said"

new_run elsewhere
rm -r "$run/xen-dom0"
said=$("$compare" "$fixture" "$run")
passes 'an environment of one run only is named' grep -q 'Only in A: xen-dom0' <<<"$said"
done_testing
