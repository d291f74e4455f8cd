#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The report of the stored fixture: its exact text, its pictures, and that figures come from the
# raw files.
set -u
# shellcheck source=analysis/tests/tap.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/tap.sh"

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
ok 'the report is made' "$report" "$run"
ok 'in less than ten seconds' test $((EPOCHSECONDS - started)) -lt 10
"$report" "$run" >"$scratch/terminal" 2>&1
ok "the last line is the report's path" test "$(tail -n 1 "$scratch/terminal")" = "$run/report.md"
ok 'a summary table comes before it' grep -qE '^xen-dom0 +nvme0n1 +randread-4k-qd1 +throughput +[0-9,]+ IOPS' "$scratch/terminal"
ok 'its text is the stored one' diff "$golden" "$run/report.md"
ok 'nothing else is left in the folder' test -z "$(find "$run" -maxdepth 1 -name '.report*')"

for name in bounced ratio-xen-dom0 throughput-xen-dom0-nvme0n1 latency-xen-dom0-nvme0n1; do
	ok "picture $name.svg" grep -q '</svg>' "$run/plots/$name.svg"
	ok "picture $name.png" test "$(head -c 4 "$run/plots/$name.png" | tail -c 3)" = PNG
done
ok 'the page holds its pictures' grep -q '<svg' "$run/report.html"
ok 'and needs nothing from outside' \
	not grep -qE '(src|srcset)=|<link|@import|href=["'"'"']https?:|url\([^#)]' "$run/report.html"
ids=$(grep -oE "\bid=[\"'][^\"']*" "$run/report.html" | sort | uniq -d)
ok 'no identifier of one picture is that of another' test -z "$ids"

links=$(grep -oE '\]\([^)]*\)' "$run/report.md" | tr -d '])(' | sort -u)
for link in $links; do
	[ -e "$run/$link" ] || broken=$link
done
ok 'every file it names is there' test -z "${broken-}"

# -- every round is a dot
dots=$(grep -c '^round 0 ' "$run/plots/data/throughput-xen-dom0-nvme0n1.0.dat")
rounds=$(jq '[.rounds[] | select(.kind == "timed" and .device == "nvme0n1" and
	.load == "randread-4k-qd1" and .backend == "stock")] | length' "$run/xen-dom0/run.json")
ok 'every timed round is a dot of the throughput picture' test "$dots" -eq "$rounds"

# -- fewer than six rounds: a range, never an interval
ok 'six rounds have an interval' grep -q 'interval.* n 6)' "$run/report.md"
few=$(grep -E 'n [1-5]\)|one round' "$run/report.md")
ok 'there are loads of fewer rounds' test -n "$few"
ok 'fewer have none' not grep -q interval <<<"$few"
ok 'and are not judged' not grep -qE '\| (better|worse|no difference shown) \|' <<<"$few"
ok 'a ratio that the A/A control reaches too is said to' grep -qE \
	'^\| randread-4k-qd1 .*n 2\).*; no farther than stock from itself' "$run/report.md"
ok 'nor do their pictures' not grep -q '^interval' "$run/plots/data/throughput-xen-dom0-nvme0n1.1.dat"

# -- figures come from the raw files
new_run altered
"$report" "$run" >/dev/null
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "timed" and .load == "tcp-send" and
	.backend == "module")][0].raw' "$run/xen-dom0/run.json")
before=$(row tcp-send 'throughput, MB/s')
edit "$raw" '.end.sum_received.bits_per_second *= 2'
"$report" "$run" >/dev/null
after=$(row tcp-send 'throughput, MB/s')
ok 'a raw file altered: the figure follows' test "$before" != "$after"
ok 'by what was altered' grep -q '| 20\.57 (one round) | 2\.036 |' <<<"$after"
ok 'and run.json is said to disagree' grep -q 'run.json says bandwidth_bytes_s' "$run/report.md"

new_run bounces
"$report" "$run" >/dev/null
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .device == "sda" and
	.backend == "stock")][0].counters.raw' "$run/xen-dom0/run.json")
ok 'the bounced share of the disk is whole' grep -q 'xen-dom0, sda: .*stock 100.0 %' "$run/report.md"
edit "$raw" '(.devices[] | select(.device == "0000:00:05.0")).bytes /= 2'
"$report" "$run" >/dev/null
ok 'half of its bounces: half of its share' \
	grep -q 'xen-dom0, sda: .*stock 50.00 %' "$run/report.md"

raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .device == "sda" and
	.backend == "module")][0].counters.raw' "$run/xen-dom0/run.json")
sed -i 's/bounce_mask=127 /bounce_mask=148 /' "$run/$raw"
"$report" "$run" >/dev/null
ok "so do the module's bounces follow its counters" \
	grep -qE '^\| xen-dom0 \| sda \| .* module \| .* 141 \|' "$run/report.md"

new_run recorded
edit xen-dom0/run.json '(.rounds[] | select(.index == 0)).figures.cpu_sys_s *= 10'
"$report" "$run" >/dev/null
ok 'what only run.json tells follows run.json' not diff -q "$golden" "$run/report.md"

new_run lying
edit "native/$(jq -r '.rounds[4].raw' "$run/native/run.json")" '.jobs[0].error = 84'
"$report" "$run" >/dev/null
ok 'an error in a raw file makes its round a failed one' \
	grep -q 'round failed and is left out.*its raw file tells of an error' "$run/report.md"
ok 'and its data check too' grep -qE '^\| native \| nvme0n1 \| verify-crc32c \| stock \| FAILED' "$run/report.md"

# -- the DMA API itself
new_run dma
edit xen-dom0/raw/dmabench.json '(.summary[] | select(.size == 512)).module.share = 0.5'
"$report" "$run" >/dev/null
ok "dmabench's table follows its record" grep -qE \
	'^\| map and unmap, bounced \| 512 B \| to \| 0 % \| .* \| 50\.00 % \| 0 \| 0\.2500 \|' "$run/report.md"
ok 'a reference is no row of it' not grep -q memcpy "$run/report.md"
ok 'its head says emulated' grep -q '^## The DMA API itself in xen-dom0 (emulated)' "$run/report.md"
edit xen-dom0/run.json '.dmabench = null'
ok 'a boot without it' "$report" "$run"
ok 'has no such table' not grep -q 'The DMA API itself' "$run/report.md"
edit xen-dom0/run.json 'del(.dmabench)'
ok 'nor one recorded before there was any' "$report" "$run"

# -- emulated: no time of a Xen environment beside native
new_run emulated
"$report" "$run" >/dev/null
ok 'the page says emulated' grep -q 'class="warning"><b>Emulated machine' "$run/report.html"
while IFS=$'\t' read -r name _ kind _; do
	[ "$kind" = time ] || continue
	ok "picture $name says emulated" grep -q 'emulated machine' "$run/plots/$name.svg"
	ok "picture $name holds one environment" test "$(grep -ho '# [^ /]*' \
		"$run/plots/data/$name".*dat | sort -u | wc -l)" -le 1
done <"$run/plots/data/pictures.tsv"
ok 'no ratio to native is told' not grep -q '|' <<<"$(section 'Against native')"
ok 'nor computed' test "$(jq '.against_native | length' "$run/summary.json")" -eq 0
edit xen-dom0/run.json '.emulated = false'
edit native/run.json '.emulated = false'
"$report" "$run" >/dev/null
ok 'on a real machine it is' grep -qE '^\| xen-dom0 \| nvme0n1 .* too few rounds' <<<"$(section 'Against native')"
ok 'and pictures are shared' test -e "$run/plots/throughput-all-nvme0n1.svg"
ok 'and nothing says emulated' not grep -qi 'emulated machine' "$run/report.html"

# -- what is missing is missed, not fatal
new_run alone
rm -r "$run/native"
ok 'an environment is missing' "$report" "$run"
new_run no-module
edit xen-dom0/run.json '.rounds |= map(select(.backend == "stock" and .kind != "control" and .device != "eth0"))'
ok 'the module, the control and a device are missing' "$report" "$run"
ok 'no control is said' grep -q 'what noise looks like here is unknown' "$run/report.md"
new_run nothing
edit xen-dom0/run.json '.rounds = []'
edit native/run.json '.rounds = [.rounds[0]]'
ok 'one round, no bounce counted' "$report" "$run"
done_testing
