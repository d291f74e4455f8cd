#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The report of the stored fixture: its exact text, its pictures, and that figures come from the
# raw files.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"

golden=$checkout/analysis/tests/data/report.md

# The lines of tables that begin with these cells, without the raw files they name.
row()
{
	grep -F -- "| $1 | $2 |" "$run/report.md" | sed 's/\[[^]]*\]([^)]*)//g'
}

# Sections are told by their headings.
section()
{
	awk -v heading="$1" '/^## / { inside = index($0, heading) } inside' "$run/report.md"
}

new_run golden
started=$EPOCHSECONDS
passes 'the report is made' "$report" "$run"
at_most $((EPOCHSECONDS - started)) 9 'in less than ten seconds'
"$report" "$run" >"$scratch/terminal" 2>&1
is "$(tail -n 1 "$scratch/terminal")" "$run/report.md" "the last line is the report's path"
passes 'a summary table comes before it' grep -qE '^xen-dom0 +nvme0n1 +randread-4k-qd1 +throughput +[0-9,]+ IOPS' "$scratch/terminal"
passes 'its text is the stored one' diff "$golden" "$run/report.md"
is "$(find "$run" -maxdepth 1 -name '.report*')" '' 'nothing else is left in the folder'

for name in bounced ratio-xen-dom0 throughput-xen-dom0-nvme0n1 latency-xen-dom0-nvme0n1; do
	passes "picture $name.svg" grep -q '</svg>' "$run/plots/$name.svg"
	is "$(head -c 4 "$run/plots/$name.png" | tail -c 3)" PNG "picture $name.png"
done
passes 'the page holds its pictures' grep -q '<svg' "$run/report.html"
passes 'and needs nothing from outside' \
	not grep -qE '(src|srcset)=|<link|@import|href=["'"'"']https?:|url\([^#)]' "$run/report.html"
ids=$(grep -oE "\bid=[\"'][^\"']*" "$run/report.html" | sort | uniq -d)
is "$ids" '' 'no identifier of one picture is that of another'

links=$(grep -oE '\]\([^)]*\)' "$run/report.md" | tr -d '])(' | sort -u)
for link in $links; do
	[ -e "$run/$link" ] || broken=$link
done
is "${broken-}" '' 'every file it names is there'

# -- every round is a dot
dots=$(grep -c '^round 0 ' "$run/plots/data/throughput-xen-dom0-nvme0n1.0.dat")
rounds=$(jq '[.rounds[] | select(.kind == "timed" and .device == "nvme0n1" and
	.load == "randread-4k-qd1" and .backend == "stock")] | length' "$run/xen-dom0/run.json")
is "$dots" "$rounds" 'every timed round is a dot of the throughput picture'

# -- fewer than six rounds: a range, never an interval
passes 'six rounds have an interval' grep -q 'interval.* n 6)' "$run/report.md"
few=$(grep -E 'n [1-5]\)|one round' "$run/report.md")
passes 'there are loads of fewer rounds' test -n "$few"
passes 'fewer have none' not grep -q interval <<<"$few"
passes 'and are not judged' not grep -qE '\| (better|worse|no difference shown) \|' <<<"$few"
passes 'a ratio that the A/A control reaches too is said to' grep -qE \
	'^\| randread-4k-qd1 .*n 2\).*; no farther than stock from itself' "$run/report.md"
passes 'nor do their pictures' not grep -q '^interval' "$run/plots/data/throughput-xen-dom0-nvme0n1.1.dat"

# -- figures come from the raw files
new_run altered
"$report" "$run" >/dev/null
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "timed" and .load == "tcp-send" and
	.backend == "module")][0].raw' "$run/xen-dom0/run.json")
before=$(row tcp-send 'throughput, MB/s')
edit "$raw" '.end.sum_received.bits_per_second *= 2'
"$report" "$run" >/dev/null
after=$(row tcp-send 'throughput, MB/s')
passes 'a raw file altered: the figure follows' test "$before" != "$after"
passes 'by what was altered' grep -q '| 20\.57 (one round) | 2\.036 |' <<<"$after"
passes 'and run.json is said to disagree' grep -q 'run.json says bandwidth_bytes_s' "$run/report.md"

new_run bounces
"$report" "$run" >/dev/null
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .device == "sda" and
	.backend == "stock")][0].counters.raw' "$run/xen-dom0/run.json")
passes 'the bounced share of the disk is whole' grep -q 'xen-dom0, sda: .*stock 100.0 %' "$run/report.md"
edit "$raw" '(.devices[] | select(.device == "0000:00:05.0")).bytes /= 2'
"$report" "$run" >/dev/null
passes 'half of its bounces: half of its share' \
	grep -q 'xen-dom0, sda: .*stock 50.00 %' "$run/report.md"

raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .device == "sda" and
	.backend == "module")][0].counters.raw' "$run/xen-dom0/run.json")
sed -i 's/bounce_mask=127 /bounce_mask=148 /' "$run/$raw"
"$report" "$run" >/dev/null
passes "so do the module's bounces follow its counters" \
	grep -qE '^\| xen-dom0 \| sda \| .* module \| .* 141 \|' "$run/report.md"

new_run recorded
edit xen-dom0/run.json '(.rounds[] | select(.index == 0)).figures.cpu_sys_s *= 10'
"$report" "$run" >/dev/null
passes 'what only run.json tells follows run.json' not diff -q "$golden" "$run/report.md"

new_run lying
edit "native/$(jq -r '.rounds[4].raw' "$run/native/run.json")" '.jobs[0].error = 84'
"$report" "$run" >/dev/null
passes 'an error in a raw file makes its round a failed one' \
	grep -q 'round failed and is left out.*its raw file tells of an error' "$run/report.md"
passes 'and its data check too' grep -qE '^\| native \| nvme0n1 \| verify-crc32c \| stock \| FAILED' "$run/report.md"

# -- the DMA API itself
new_run dma
edit xen-dom0/raw/dmabench.json '(.summary[] | select(.size == 512)).module.share = 0.5'
"$report" "$run" >/dev/null
passes "dmabench's table follows its record" grep -qE \
	'^\| map and unmap, bounced \| 512 B \| to \| 0 % \| .* \| 50\.00 % \| 0 \| 0\.2500 \|' "$run/report.md"
passes 'a reference is no row of it' not grep -q memcpy "$run/report.md"
passes 'its head says emulated' grep -q '^## The DMA API itself in xen-dom0 (emulated)' "$run/report.md"
edit xen-dom0/run.json '.dmabench = null'
passes 'a boot without it' "$report" "$run"
passes 'has no such table' not grep -q 'The DMA API itself' "$run/report.md"
edit xen-dom0/run.json 'del(.dmabench)'
passes 'nor one recorded before there was any' "$report" "$run"

# -- emulated: no time of a Xen environment beside native
new_run emulated
"$report" "$run" >/dev/null
passes 'the page says emulated' grep -q 'class="warning"><b>Emulated machine' "$run/report.html"
while IFS=$'\t' read -r name _ kind _; do
	[ "$kind" = time ] || continue
	passes "picture $name says emulated" grep -q 'emulated machine' "$run/plots/$name.svg"
	at_most "$(grep -ho '# [^ /]*' "$run/plots/data/$name".*dat | sort -u | wc -l)" 1 \
		"picture $name holds one environment"
done <"$run/plots/data/pictures.tsv"
passes 'no ratio to native is told' not grep -q '|' <<<"$(section 'Against native')"
is "$(jq '.against_native | length' "$run/summary.json")" 0 'nor computed'
edit xen-dom0/run.json '.emulated = false'
edit native/run.json '.emulated = false'
"$report" "$run" >/dev/null
passes 'on a real machine it is' grep -qE '^\| xen-dom0 \| nvme0n1 .* too few rounds' <<<"$(section 'Against native')"
passes 'and pictures are shared' test -e "$run/plots/throughput-all-nvme0n1.svg"
passes 'and nothing says emulated' not grep -qi 'emulated machine' "$run/report.html"

# -- what is missing is missed, not fatal
new_run alone
rm -r "$run/native"
passes 'an environment is missing' "$report" "$run"
new_run no-module
edit xen-dom0/run.json '.rounds |= map(select(.backend == "stock" and .kind != "control" and .device != "eth0"))'
passes 'the module, the control and a device are missing' "$report" "$run"
passes 'no control is said' grep -q 'what noise looks like here is unknown' "$run/report.md"
new_run nothing
edit xen-dom0/run.json '.rounds = []'
edit native/run.json '.rounds = [.rounds[0]]'
passes 'one round, no bounce counted' "$report" "$run"
done_testing
