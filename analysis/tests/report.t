#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The report of the stored fixture: its exact text, its pictures, and that figures come from the
# raw files.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"

golden=$checkout/analysis/tests/data/report.md

# The lines of tables that begin with these cells.
row()
{
	grep -F -- "| $1 | $2 |" "$run/report.md"
}

# section TITLE: a closed part of the page.
section()
{
	awk -v heading="$1" '/^## / { inside = index($0, heading) } inside' "$run/report.md"
}

new_run golden
started=$EPOCHSECONDS
passes 'the report is made' "$report" "$run"
at_most $((EPOCHSECONDS - started)) 9 'in less than ten seconds'
"$report" "$run" >"$scratch/terminal" 2>&1
is "$(tail -n 1 "$scratch/terminal")" "$run/report.html" "the last line is the page's path"
passes 'the answer comes first' grep -q '^nvme0n1 (64-bit, nvme) bounces nowhere' <(head -n 1 "$scratch/terminal")
at_most "$(head -n -1 "$scratch/terminal" | wc -L)" 80 'no line is wider than a terminal'
passes 'its text is the stored one' diff "$golden" "$run/report.md"
is "$(find "$run" -maxdepth 1 -name '.report*')" '' 'nothing else is left in the folder'
cp "$run/report.html" "$scratch/once.html"
"$report" "$run" >/dev/null
passes 'the page comes out byte for byte' cmp "$scratch/once.html" "$run/report.html"

for name in bounced path counted; do
	passes "picture $name.svg" grep -q '</svg>' "$run/plots/$name.svg"
done
passes 'the page holds its pictures' grep -q '<svg' "$run/report.html"
passes 'each tells in words what is on it' test \
	"$(grep -o '<svg' "$run/report.html" | wc -l)" = "$(grep -o '<svg role="img" aria-label="[^"]' "$run/report.html" | wc -l)"
passes 'in the colours of the page, light or dark' not grep -qE 'rgb\( ?51,|#ffffff"/>' "$run/report.html"
passes 'and needs nothing from outside' \
	not grep -qE '(src|srcset)=|<link|@import|href=["'"'"']https?:|url\([^#)]' "$run/report.html"
ids=$(grep -oE "\bid=[\"'][^\"']*" "$run/report.html" | sort | uniq -d)
is "$ids" '' 'no identifier of one picture is that of another'

# no_dead_link FILE: every file and every place in the page that a link names is there.
no_dead_link()
{
	local target dead=

	while read -r target; do
		case $target in
		'#'*) grep -q "id=\"${target#'#'}\"" "$1" || dead+=" $target" ;;
		data:*) ;;
		*) [ -e "$run/$target" ] || dead+=" $target" ;;
		esac
	done < <(grep -oE '<a[^>]* href="[^"]*"' "$1" | sed 's/.*href="//; s/"$//' | sort -u)
	is "$dead" '' "$2"
}
no_dead_link "$run/report.html" 'no link of the page is dead'
links=$(grep -oE '\]\([^)]*\)' "$run/report.md" | tr -d '])(' | sort -u)
for link in $links; do
	[ -e "$run/$link" ] || broken=$link
done
is "${broken-}" '' 'nor one of the text'

# -- what is said without scrolling
first=$(sed '/^## /,$d' "$run/report.md")
passes 'which devices bounce where' grep -q 'sda (32-bit, ehci-pci) bounces every byte in native, dom0 and domU, nothing in IOMMU' <<<"$first"
passes 'by fill of the pool, never the empty one alone' grep -q 'takes 2.3–12 times as many instructions on stock as on the module (1,108–5,917 and 448–481, medians by how full' <<<"$first"
passes 'where maps fail' grep -q 'maps of 64 KiB fail in 2 of 7 layouts on stock and in none of 7 layouts on the module' <<<"$first"
passes 'also in the table' grep -qE '^\| instr., 64 KiB bounced.* 1,168–5,977, 2/7 fail \| 508–541 \|' <<<"$first"
passes 'a failed round, and why' grep -q '1 of 53 rounds failed.*it hung' <<<"$first"
passes 'what is missing, with its cure' grep -q 'native-iommu-passthrough: failed: no shell within 60 s: `make bench' <<<"$first"
passes 'invalidations stand beside the instructions that lack them' grep -q '1,788 + 0.008 inval' <<<"$first"
passes 'the page says emulated' grep -q 'emulated machine: bytes, counts and instructions hold' <<<"$first"
passes 'and no ratio of its times is told' not grep -q '×' "$run/report.md"
is "$(jq '[.environments[].pairs[], .against_native[]] | length' "$run/summary.json")" 0 'nor computed'
passes 'no IOMMU mode is a dot of the path' not grep -qE '^[23] 1[0-9]{3}' "$run/plots/data/path.gp"
cost=$(sed -n '/^## Where the cost goes/,/^## Native/p' "$run/report.md")
passes 'map and unmap are told apart, and what each consists of' grep -qF \
	'| dom0 stock | bounced | 4 KiB | to | 92 + 61 | 36 + 24 | 87–2,972 + 57–1,981 | 450 + 301 | 665–3,550 + 443–2,367 | 4,096 + 0 |' <<<"$cost"
passes 'what comes from the device is copied at both' grep -qF \
	'| 665–3,550 + 443–2,367 | 4,096 + 4,096 |' <<<"$(grep -F '| dom0 stock | bounced | 4 KiB | from |' <<<"$cost")"
passes 'stock looks at each frame of a direct map' grep -qF \
	'| dom0 stock | direct | 64 KiB | to | 92 + 61 | 146 + 98 | - | - | 238 + 159 |' <<<"$cost"
passes "the module's translation of a bounce is not invented" grep -qF \
	'| dom0 module | bounced | 4 KiB | to | 92 + 61 | - | 9–29 + 5–18 | 168 + 113 |' <<<"$cost"
passes 'the reason stands below' grep -q '^- A bounce on the module has no translation' <<<"$cost"
passes 'an older record has no parts, and what is not in it is none' grep -qF \
	'| domU stock | bounced | 4 KiB | from | 153 | 60 | 1,784 | 751 | 2,748 | 8,192 |' <<<"$cost"
passes 'bytes copied stand beside those that bounced' grep -qE \
	'^\| xen-dom0 \| sda \| randread-4k-qd1 \| module \|.* \| 491.5 kB \| 100 % \| 75 % \| 491.5 kB \| 245.8 kB \| 120 \|' "$run/report.md"
passes 'what is added to what, is told' grep -q 'Path and copy are never added' "$run/report.md"

# -- a real machine: the same records as if they were
new_run real
real_machine
"$report" "$run" >/dev/null
passes 'pictures of time are drawn' test -e "$run/plots/latency-xen-dom0-nvme0n1.svg"
dots=$(grep -c '^1 [0-9.]* #ee6677 1' "$run/plots/data/ratio-xen-dom0.gp")
is "$dots" 6 'every pair is a dot'
passes 'six pairs have an interval and a verdict' grep -qE \
	'^\| nvme0n1 \| randread-4k-qd1 \| module \| throughput, IOPS .*×1\.15 \(1\.10–1\.18\).* differs' "$run/report.md"
passes 'A/A stands beside it' grep -qE '×1\.15 \(1\.10–1\.18\) \| ×0\.96–1\.04' "$run/report.md"
few=$(section 'Times in xen-dom0' | grep seqread-128k | grep module)
passes 'three have neither, and are told what it takes' grep -q 'too few pairs; +-2 % takes [0-9]* pairs' <<<"$few"
passes 'nor an interval' not grep -qE '×[0-9.]+ \(' <<<"$few"
passes 'a figure that is not the primary one has no verdict' grep -qE \
	'^\| nvme0n1 \| randread-4k-qd1 \| module \| latency p50, us .* \| - \|$' "$run/report.md"
passes 'a tail is of all rounds, or not told' not grep -qE 'sda .*p99' "$run/report.md"
is "$(sed '/^## /,$d' "$run/report.md" | awk -F'|' '/^\| (bounced|instr)/ { print $(NF - 1) }' | sort -u)" ' exact ' \
	'what is counted has no noise'
passes 'one boot a side: a ratio without an interval' grep -q 'one boot each: no interval' "$run/report.md"
passes 'which is said of a ratio to native, too' grep -q ' ×[0-9.]* of native, no interval |' "$run/report.md"
passes 'that is not grey, for it is not within noise' not grep -q 'class="soft">[^<]*of native' "$run/report.html"
passes 'nothing says emulated' not grep -qi 'emulated machine:' <(sed '/^## /,$d' "$run/report.md")
cp "$run/xen-dom0/run.json" "$scratch/whole.json"
passes 'no round failed: no load is unreliable' not grep -qE 'xen-dom0.*unreliable' "$run/report.md"
# lose BACKEND HOW_MANY: so many of its rounds of the first load failed
lose()
{
	edit xen-dom0/run.json "([.rounds[] | select(.kind == \"timed\" and .load == \"randread-4k-qd1\" and
		.device == \"nvme0n1\" and .backend == \"$1\").index][:$2]) as \$lost |
		(.rounds[] | select(.index | IN(\$lost[]))) |= (.ok = false | .why = \"it hung\")"
}
is "$(section 'Times in xen-dom0' | grep -c 'within noise')" \
	"$(jq '[.environments[] | select(.name == "xen-dom0").pairs[] | select(.within_noise)] | length' "$run/summary.json")" \
	'what is within noise is grey in the details, too'
is "$(jq -c '[.environments[].pairs[] | select(.noise.n > 0) | select(((.ratio | log) >= (.noise.low | log) and
	(.ratio | log) <= (.noise.high | log)) != .within_noise)] | length' "$run/summary.json")" 0 \
	'namely what lies in the A/A noise that stands beside it'
passes 'what a ratio is said of' grep -q '^- Of this boot alone, pairs of its rounds: throughput, ' \
	<(section 'Times in xen-dom0')
passes 'in the answer, too' grep -q ' In xen-dom0, this boot, the module' <(sed -n 's/^> //p' "$run/report.md")
passes 'a host does not count invalidations, and says so' grep -q \
	'^- Invalidations and hypercalls of one map are counted in the lab alone' <(section 'Where the cost goes')
lose module 3
"$report" "$run" >/dev/null
passes 'rounds that fail are an outcome, a backend' grep -qE \
	"^- xen-dom0: nvme0n1 randread-4k-qd1 is unreliable, no verdict: rounds failed, 0 of 6 on stock and 3 of 6 on module \(Fisher's p 0\.18\)" "$run/report.md"
passes 'in the details, too' grep -qF '| xen-dom0 | nvme0n1 | randread-4k-qd1 | 0 of 6 on stock and 3 of 6 on module | 0.18 | unreliable |' "$run/report.md"
passes 'such a load has neither verdict nor ratio' grep -qE \
	'^\| nvme0n1 \| randread-4k-qd1 \| module \| throughput, IOPS .* \| 3 \| - \| [^|]* \| unreliable \|$' "$run/report.md"
is "$(jq -c '[.against_native[] | select(.environment == "xen-dom0" and .device == "nvme0n1" and
	.load == "randread-4k-qd1").unreliable] | unique' "$run/summary.json")" '[true]' 'nor one by native'
passes 'which is not on the first screen' not grep -qE '(^| )(×[0-9.]*|-) of native' "$run/report.md"
passes 'the others have theirs' grep -qE '^\| nvme0n1 \| seqread-128k \| module \|.*too few pairs' "$run/report.md"
edit xen-dom0/run.json '.rounds |= map(select(.kind != "timed" or
	.device == "nvme0n1" and .load == "randread-4k-qd1"))'
"$report" "$run" >/dev/null
passes 'where it is the only one, none is the worst by native' not grep -q 'Throughput against native' "$run/report.md"
cp "$scratch/whole.json" "$run/xen-dom0/run.json"
jq '.unit = "ns" | .emulated = false' "$run/xen-dom0/instructions/dmabench.json" >"$scratch/ns.json"
cp "$scratch/ns.json" "$run/xen-dom0/instructions/dmabench.json"
"$report" "$run" >/dev/null
passes 'what the path saves stands beside what the load saved' grep -qE \
	'^\| xen-dom0 \| nvme0n1 \| randread-4k-qd1 \| direct \| 4.096 kB \| 0\.133 \| 26 to 26 \| 22,977 \(16,850 to 27,921\) \| explains 0\.11 % \(' "$run/report.md"
passes 'by a clock of time there is a break-even size' grep -qE 'takes as long as the path: dom0 stock [0-9,]+ B' "$run/report.md"
for file in "$run"/*/instructions/dmabench.json; do
	edit "${file#"$run"/}" '.unit = "ns" | .emulated = false'
done
"$report" "$run" >/dev/null
passes 'a clock of time gives no ratio of paths, for it would have no interval' grep -q \
	'dom0 the path of a bounced map and unmap of 4 KiB takes .* ns on stock and .* on the module, medians by how full' "$run/report.md"
edit native/run.json '.left_out += [{"what": "dmabench", "why": "no device for it is named: MODULE= or API="}]'
rm "$run/native/instructions/dmabench.json"
"$report" "$run" >/dev/null
passes 'an environment that lacks what others have says which word gives it' grep -q \
	'^- native: what a map costs was not measured: no device for it is named: MODULE= or API=' "$run/report.md"

# -- records without what the split needs
new_run parts
edit native/instructions/dmabench.json 'del(.rows[] | select(.cell.test == "split" or .cell.size == 65536 and .cell.mask == 64))'
edit xen-dom0/instructions/dmabench.json '.blocks = [{"position": 1, "astray": false}, {"position": 2, "astray": true}]'
edit xen-domu/instructions/dmabench.json '.rows[].cell.ops = [] | .left_out = ["all figures: a hypervisor traps the clock"] |
	.machine.clock_dear = true'
"$report" "$run" >/dev/null
cost=$(sed -n '/^## Where the cost goes/,/^## Native/p' "$run/report.md")
passes 'without native alike the path alone is told' grep -qF \
	'| dom0 stock | bounced | 64 KiB | to | - | - | 87–2,972 + 57–1,981 | - | 701–3,586 + 467–2,391, 2/7 fail |' <<<"$cost"
passes 'and why' grep -q '^- Without an API there is no direct map of that size natively' <<<"$cost"
passes 'nor where the translation is' grep -q '^- Where a bounce on stock has no translation' <<<"$cost"
passes 'a clock that tells nothing is told' grep -q '^- xen-domu: not told: all figures: a hypervisor traps the clock' <<<"$cost"
passes 'a block that was measured at another pace is told' grep -q \
	'^- xen-dom0: 1 of 2 blocks of dmabench were measured at another pace (positions 2 in' "$run/report.md"
passes 'and gives no row' not grep -q '^| domU' <<<"$cost"

# -- advice
new_run narrow
edit xen-dom0/run.json '(.devices[] | select(.target == "sda")).driver = "mptsas"'
edit xen-domu/run.json '(.devices[] | select(.target == "sda")).driver = "mptsas"'
"$report" "$run" >/dev/null
passes 'a driver that Xen told to be narrow has advice of its own' grep -q \
	'^- To do about sda: the device is wide; Xen PV told its driver not to be' "$run/report.md"

# -- a few bytes are neither none nor all
new_run few
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .device == "nvme0n1" and
	.backend == "stock")][0].counters.raw' "$run/xen-dom0/run.json")
edit "$raw" '(.devices[] | select(.device == "0000:00:03.0")) = {device: "0000:00:03.0", bounces: 1, bytes: 4096,
	reasons: {straddle: {bounces: 1, bytes: 4096}}}'
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .device == "sda" and
	.backend == "stock")][0].counters.raw' "$run/xen-dom0/run.json")
edit "$raw" '(.devices[] | select(.device == "0000:00:05.0").bytes) -= 1'
"$report" "$run" >/dev/null
passes 'are told as they are' grep -q 'nvme0n1 (64-bit, nvme) bounces 0.333 % of the bytes in dom0 stock, nothing in ' "$run/report.md"
passes 'beside every byte but one' grep -q 'sda (32-bit, ehci-pci) bounces every byte in native.*, 99.99 % of the bytes in dom0 stock' "$run/report.md"
passes 'with what to do' grep -q '^- To do about nvme0n1: its buffers are not contiguous' "$run/report.md"

# -- a name that is another device in another machine of the lab
new_run variants
edit xen-domu/run.json '(.devices[] | select(.target == "eth0")) |= (.dma_mask_bits = 64 | .driver = "e1000e")'
"$report" "$run" >/dev/null
passes 'is told as the two that it is' grep -qE \
	'eth0 \(32-bit, e1000\) bounces 95.1 % of the bytes in dom0; stock and module alike\. eth0 \(64-bit, e1000e\) bounces 95.1 % of the bytes in domU' "$run/report.md"
passes 'in one row' grep -q '^| bounced, eth0 (32 or 64-bit) |' "$run/report.md"

# -- all environments of the lab
everywhere
edit bench.json '.set = "full"'
"$report" "$run" >/dev/null
like "$(head -n 1 "$run/report.md")" ' · full set, ' 'the set is the one asked for, whatever some environments have of it'
passes 'of many rows the most are counted, not listed' grep -qF \
	'IOMMU lazy, IOMMU strict, IOMMU passthrough and AMD-Vi, every byte in the other 17 rows; stock and module alike. eth0 (32-bit, e1000) bounces 95.1 % of the bytes in all 15 rows;' "$run/report.md"
is "$(section 'Native or Xen PV' | sed '/^## How/,$d' | grep -cE '^\| (native|Xen PV) \| (as it is|forced) \| (stock|module) \|')" 6 \
	'one device is told natively and under Xen PV, forced or not, on both backends'
is "$(grep -c '^## Further environments' "$run/report.md")" 2 'those that find no room on the first screen follow'

# -- memory that is scattered, and cured
for name in xen-dom0-scattered xen-dom0-cured; do
	edit $name/run.json '(.devices[] | select(.target == "eth0")) |= (.dma_mask_bits = 64 | .driver = "e1000e")'
done
edit xen-dom0-cured/raw/026-stock-bounces.json '(.devices[] | select(.bounces == 2000)) |= (.bounces = 10 |
	.bytes = 15000 | .reasons = {straddle: {bounces: 10, bytes: 15000}})'
"$report" "$run" >/dev/null
scattered=$(section 'scattered over the machine' | sed '2,${/^## /,$d}')
passes 'a 64-bit card that bounces: by packet' grep -qF \
	'| xen-dom0-scattered | eth0 | tcp-send | stock | 5,525 | 4,000 | 97.3 % | 1,086 | 526–4,008 |' <<<"$scattered"
passes 'beside the same after the cure' grep -qF \
	'| xen-dom0-cured | eth0 | tcp-send | stock | 5,525 | 20 | 0.487 % | 5.430 | 3–20 |' <<<"$scattered"
passes 'a load whose bytes are not known has no packets' grep -qF \
	'| xen-dom0-scattered | eth0 | packets | stock | - | 200 | 64.7 % | - | - |' <<<"$scattered"
passes 'no disk and no narrow card is in it' not grep -qE 'nvme0n1|sda|xen-dom0 \|' <<<"$scattered"
edit xen-dom0-scattered/run.json '(.devices[] | select(.target == "eth0")).dma_mask_bits = 32'
edit xen-dom0-cured/run.json '(.devices[] | select(.target == "eth0")).dma_mask_bits = 32'
"$report" "$run" >/dev/null
is "$(section 'scattered over the machine')" '' 'and without a wide card it is not there'

# -- a name is another disk in another boot; one that is the same has another name
new_run disks
real_machine
# serials ENVIRONMENT NVME SDA
serials()
{
	edit "$1/run.json" "(.devices[] | select(.id == \"nvme0n1\")).serial = \"$2\" |
		(.devices[] | select(.id == \"sda\")).serial = \"$3\""
}
serials native AAA SDA
serials xen-dom0 BBB SDA
"$report" "$run" >/dev/null
is "$(jq -c '[.against_native[] | select(.environment == "xen-dom0").device] | unique' "$run/summary.json")" '[]' \
	'another disk of one name is not compared with native'
passes 'which the page says' grep -q '^- xen-dom0: nvme0n1 is another disk (serial number BBB) than natively (AAA), and not compared' \
	"$run/report.md"
serials native BBB SDA
"$report" "$run" >/dev/null
jq '.against_native' "$run/summary.json" >"$scratch/one_name.json"
at_least "$(jq '[.[] | select(.environment == "xen-dom0" and .device == "nvme0n1")] | length' "$scratch/one_name.json")" 1 \
	'the same disk is'
edit native/run.json '(.devices[] | select(.id == "nvme0n1")) |= (.id = "nvme1n1" | .target = "nvme1n1") |
	(.rounds[] | select(.device == "nvme0n1")).device = "nvme1n1"'
"$report" "$run" >/dev/null
is "$(jq -c '[.against_native[] | select(.environment == "xen-dom0" and .device == "nvme0n1").ratio]' "$run/summary.json")" \
	"$(jq -c '[.[] | select(.environment == "xen-dom0" and .device == "nvme0n1").ratio]' "$scratch/one_name.json")" \
	'by another name, too'

# -- why there is no path; what another boot measured was not left out
new_run unclocked
edit xen-dom0/run.json '.left_out += [{what: "dmabench", why: "as asked (--leave-out)"}]'
edit xen-domu/run.json '.left_out += [{what: "dmabench", why: "as asked (--leave-out)"}]'
rm -r "$run/xen-domu/instructions"
edit bench.json '(.environments[] | select(.name == "xen-domu")) |= (.instructions = null |
	.unclocked = "its clock is dear")'
"$report" "$run" >/dev/null
passes 'an environment that is not clocked says why' grep -q '^- xen-domu: no path of its own: its clock is dear\.$' \
	<(section 'Where the cost goes')
passes 'where dmabench was left out that stands' grep -q '^- xen-domu: left out: dmabench' "$run/report.md"
passes 'where a boot of its own had it, it was not' not grep -q '^- xen-dom0: left out: dmabench' "$run/report.md"
edit bench.json 'del(.environments[] | select(.name == "xen-domu"))'
"$report" "$run" >/dev/null
passes 'one that nothing is recorded of says so' grep -q '^- xen-domu: no path: no record of dmabench' \
	<(section 'Where the cost goes')

# -- a domU whose devices dom0 serves, beside one to which they are passed through
new_run served
passes 'without one nothing is said of it' not grep -q 'Served by dom0' "$golden"
cp -r "$run/xen-dom0" "$run/xen-dom0-served"
rm -r "$run/xen-dom0-served/instructions"
edit xen-dom0-served/run.json '.environment = "xen-dom0-served" | .rounds |= map(select(.kind == "counted" and
	.backend == "stock" and .load != "packets" and .device != "sda") | .load = "observed" | .counters |= {source, raw})'
"$report" "$run" >/dev/null
passes 'the answer says what bounces either way' grep -qF \
	'Served by dom0 to a domU, bounced in dom0: nvme0n1 nothing, eth0 75 % of the bytes; passed through, in the domU: nvme0n1 nothing, eth0 95.1 % of the bytes.' \
	"$run/report.md"
passes 'and a table by how many bytes' grep -qF '| eth0 | 8.000 MB | 6.000 MB | 75 % | 95.1 % |' <(section 'or served by dom0')
passes 'what was not moved for it is in neither' not grep -qE '^\| sda \|' <(section 'or served by dom0' | sed '2,${/^## /,$d}')
no_dead_link "$run/report.html" 'its links are not dead'
edit xen-domu/run.json '.rounds |= map(select(.device == "nvme0n1"))'
"$report" "$run" >/dev/null
passes 'where both are alike, that is said' grep -qF \
	"Served by dom0, a domU's devices bounce what they bounce passed through." "$run/report.md"
rm -r "$run/xen-domu"
"$report" "$run" >/dev/null
passes 'alone it is compared with nothing' not grep -q 'Served by dom0' "$run/report.md"

# -- loads while a part of the pool is held
new_run held
# shellcheck disable=SC2016 # variables of jq's
edit xen-dom0/run.json '([.rounds[] | select(.kind == "counted" and .device == "sda")][0]) as $stock |
	([.rounds[] | select(.kind == "counted" and .device == "sda")][1]) as $ours |
	.rounds += [($stock | .index = 90 | .held = 90 | .kind = "held" | .ok = false | .finding = true |
		.why = "fio\u0027s error 5 in job read"),
		($ours | .index = 91 | .held = 90 | .kind = "held" | .verified = true),
		($stock | .index = 92 | .held = 50 | .kind = "held")]'
"$report" "$run" >/dev/null
passes 'a load that fails for want of slots is told' grep -qE \
	"^\| xen-dom0 \| sda \| randread-4k-qd1 \| stock \| 90 % \| FAILED: fio's error 5 in job read \|" "$run/report.md"
passes 'beside one that does not' grep -qE \
	'^\| xen-dom0 \| sda \| randread-4k-qd1 \| module \| 90 % \| its data is right \| .* \| 0 \| \[91\]' "$run/report.md"
passes 'with as much held as was' grep -qE \
	'^\| xen-dom0 \| sda \| randread-4k-qd1 \| stock \| 50 % \| it ended well \|' "$run/report.md"
passes 'it is no failure of the run' grep -q '^- 1 of 56 rounds failed' "$run/report.md"
edit xen-dom0/run.json '.rounds |= map(if .index == 90 then .finding = false else . end)'
"$report" "$run" >/dev/null
passes 'but is one where that is no finding, as wrong data is none' grep -q '^- 2 of 56 rounds failed' "$run/report.md"
edit xen-dom0/run.json '.rounds |= map(if .index == 90 then del(.finding) else . end)'
"$report" "$run" >/dev/null
passes 'and where an older record does not say' grep -q '^- 2 of 56 rounds failed' "$run/report.md"
passes 'and counts in no other cell' diff <(grep '^| bounced, sda' "$golden") <(grep '^| bounced, sda' "$run/report.md")
no_dead_link "$run/report.html" 'its links are not dead'

# -- samples of where the time of maps goes
new_run samples
# sampled INDEX BACKEND STACKS: a round of xen-dom0 with samples; null: none
sampled()
{
	[ "$3" = null ] || printf '{"tool": "samples", "by": "perf version 6.12", "event": "%s", "hz": 997, "load_s": 2,
		"samples": 3000, "idle": 1000, "stacks": %s}\n' "${4-cycles}" "$3" >"$run/xen-dom0/raw/$1-samples.json"
	edit xen-dom0/run.json "([.rounds[] | select(.kind == \"timed\" and .device == \"sda\" and .backend == \"$2\")][0]) as \$one |
		.rounds += [(\$one | .index = $1 | .kind = \"sampled\" | .pair = null | .position = null |
		if $3 == null then .missing = {\"samples\": \"perf record: refused\"} else .samples = \"raw/$1-samples.json\" end)]"
}
sampled 90 stock '{"dma_map_page_attrs": 10, "dma_map_page_attrs;xen_swiotlb_map_page": 30,
	"dma_map_page_attrs;xen_swiotlb_map_page;swiotlb_tbl_map_single": 40,
	"dma_map_page_attrs;xen_swiotlb_map_page;swiotlb_tbl_map_single;swiotlb_bounce": 120}'
sampled 91 module '{"dma_map_page_attrs;xen_swiotlb:xsw_op_map_page;__memcpy": 99}'
"$report" "$run" >/dev/null
# cost: the part of the page that tells of them
cost()
{
	section 'Where the cost goes'
}
passes 'shares of a class are told with the number of samples' grep -qF \
	'| xen-dom0 (emulated) | sda | randread-4k-qd1 | stock | 2,000 | 200 = 10 % | 5 % | 15 % | 20 % | 60 % | 0 % | [90](xen-dom0/raw/90-samples.json) |' <(cost)
passes 'of few samples their numbers alone' grep -qF \
	'| module | 2,000 | 99 = 4.95 % | 0/99 | 0/99 | 0/99 | 99/99 | 0/99 | [91]' <(cost)
passes 'which is said' grep -q '^- Below 100 samples in maps no share is told' <(cost)
passes 'an emulated machine is said to be one' grep -q "^- Emulated machine: these are shares of the emulator's time" <(cost)
passes 'what a timer can not see is not said of a PMU' not grep -q 'cpu-clock' <(cost)
passes 'they are in no other figure' diff <(row sda randread-4k-qd1 | grep -v samples.json) \
	<(grep -F '| sda | randread-4k-qd1 |' "$golden")
no_dead_link "$run/report.html" 'their links are not dead'
real_machine
sampled 92 stock null
sampled 93 stock '{"dma_map_page_attrs": 100}' cpu-clock
"$report" "$run" >/dev/null
passes 'a real machine is not said to be emulated' not grep -q '^- Emulated' <(cost)
passes 'why there are none is said' grep -q '^- No samples of xen-dom0 sda: perf record: refused' <(cost)
passes 'so is what a timer does not see' grep -q '^- cpu-clock is a timer' <(cost)
echo '{"tool": "samples"}' >"$run/xen-dom0/raw/93-samples.json"
"$report" "$run" >/dev/null
passes 'a damaged file of samples is a failed round' grep -q 'no record of samples, or a part of one' "$run/report.md"

# -- figures come from the raw files
new_run altered
real_machine
"$report" "$run" >/dev/null
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "timed" and .load == "tcp-send" and
	.backend == "module")][0].raw' "$run/xen-dom0/run.json")
before=$(row eth0 tcp-send | grep 'module | throughput')
edit "$raw" '.end.sum_received.bits_per_second *= 2'
"$report" "$run" >/dev/null
after=$(row eth0 tcp-send | grep 'module | throughput')
passes 'a raw file altered: the figure follows' test "$before" != "$after"
passes 'by what was altered' grep -q '| 19\.60 | 1 | ×1\.9 |' <<<"$after"

new_run bounces
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .device == "sda" and
	.backend == "stock")][0].counters.raw' "$run/xen-dom0/run.json")
edit "$raw" '(.devices[] | select(.device == "0000:00:05.0")).bytes /= 2'
"$report" "$run" >/dev/null
passes 'half of its bounces: half of its share' \
	grep -qE '^\| bounced, sda \(32-bit\) \| 100 % \| 0 % \| 0 % \| 50 % \| 100 %' "$run/report.md"
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .device == "sda" and
	.backend == "module")][0].counters.raw' "$run/xen-dom0/run.json")
sed -i 's/bounce_mask=127 /bounce_mask=148 /' "$run/$raw"
"$report" "$run" >/dev/null
passes "so do the module's bounces follow its counters" \
	grep -qE '^\| xen-dom0 \| sda \| .* module \| .* 141 \|' "$run/report.md"

new_run path
edit xen-dom0/instructions/dmabench.json '(.rows[] | select(.backend == "module" and
	.cell.test == "pair" and .cell.mask == 64).cell.ops[0].median) = 1234'
"$report" "$run" >/dev/null
passes 'so does the path follow its record' grep -qE '^\| instr., 4 KiB, no bounce.* 381 \| 1,234 \|' "$run/report.md"
edit xen-dom0/instructions/dmabench.json '(.rows[] | select(.backend == "module" and
	.cell.test == "pair" and .cell.size == 4096)).cell |= (.direct += .bounced | .bounced = 0)'
"$report" "$run" >/dev/null
passes 'two boots of stock that differ are told, by how much' grep -qE \
	"([0-9]+) of \1 of stock's paths of a map with its unmap in dom0 and domU$" "$golden"
# shellcheck disable=SC2016 # a variable of jq's
edit xen-domu/instructions/dmabench.json '([.rows[] | select(.backend == "stock" and .cell.test == "pair" and
	.cell.size == 4096 and .cell.mask == 64)][0].cell.ops[0].median) as $m | (.rows[] | select(.backend == "stock" and
	.cell.test == "pair" and .cell.mask == 64).cell.ops[0].median) = $m * 2'
"$report" "$run" >/dev/null
passes 'and which do not' grep -qE "[0-9]+ of [0-9]+ of stock's paths of a map with its unmap in dom0 and domU \(the rest within 50 %\)" "$run/report.md"
passes 'the route is the one that was counted' grep -qE '^\| dom0 module \| direct \| 4 KiB .*1,234–2,01' "$run/report.md"

new_run rounds
for file in "$run"/*/instructions/dmabench.json; do
	# shellcheck disable=SC2016 # a variable of jq's
	edit "${file#"$run"/}" '.rows |= [range(3) as $round | .[] | .round = $round]'
done
"$report" "$run" >/dev/null
passes 'three rounds of each layout give the same page: no round is a layout' diff "$golden" "$run/report.md"
# a copy that is dearer by the reference than in the map
edit xen-dom0/instructions/dmabench.json '(.rows[] | select(.backend == "module" and .cell.test == "memcpy" and
	.cell.size == 4096).cell.ops[0].median) = 9000'
"$report" "$run" >/dev/null
passes 'no path is negative' not grep -qE '(^|[ |–])-[0-9]' "$run/report.md"
passes 'it is below noise' grep -qE '^\| dom0 module \| bounced \| 4 KiB .* below noise \|' "$run/report.md"

new_run nothing-timed
rm -r "$run"/native* "$run/xen-domu"
edit xen-dom0/instructions/dmabench.json '.rows |= map(select(.cell.mask == 64)) | .rows[].cell.ops[0].median = 0'
passes 'a clock that tells nothing: the report is made' "$report" "$run"
passes 'and a map does not take nothing' grep -qE '^\| instr., 4 KiB, no bounce \| below noise \|' "$run/report.md"

new_run single-maps
edit xen-dom0/instructions/dmabench.json '(.rows[] | select(.backend == "stock" and .cell.test == "pair" and
	.cell.size == 4096 and .hold.percent == 90 and .cell.dir == "to").cell.ops[0]) |= (.min -= 100 | .p99 += 3000 | .max += 9000) |
	(.rows[] | select(.backend == "module").cell.ops[]) |= (.min = .median | .p99 = .median | .max = .median)'
"$report" "$run" >/dev/null
passes 'single maps reach beyond the medians, which is told' grep -qF \
	'| dom0 stock | bounced | 4 KiB | to | hot | 90 % | 1,108–1,460 | 864–10,460 (4,460) |' "$run/report.md"
passes 'the range of the first screen is said to be of medians' grep -q '^| instr., 4 KiB bounced, medians |' "$run/report.md"
passes 'nothing is told of single maps that are all alike' grep -qF \
	'| dom0 module | bounced | 4 KiB | to | hot | 90 % | 465–481 | - |' "$run/report.md"

new_run clock
for file in "$run"/*/instructions/dmabench.json; do
	edit "${file#"$run"/}" '.unit = "ns"'
done
"$report" "$run" >/dev/null
passes 'that no path was measured is told' grep -q '^- what a map costs was not measured: dmabench did not run by instructions' "$run/report.md"
passes "an emulator's clock of time tells no path" not grep -qE 'path of a bounced map|^\| (ns|instr)' "$run/report.md"

new_run recorded
edit xen-dom0/run.json '(.rounds[] | select(.index == 0)).figures.cpu_sys_s *= 10'
"$report" "$run" >/dev/null
passes 'what only run.json tells follows run.json' not diff -q "$golden" "$run/report.md"

new_run lying
edit "native/$(jq -r '.rounds[4].raw' "$run/native/run.json")" '.jobs[0].error = 84'
"$report" "$run" >/dev/null
passes 'an error in a raw file makes its round a failed one' \
	grep -q "round 4 failed and is left out.*fio's error 84" "$run/report.md"
passes 'and its data check too' grep -qE '^\| native \| nvme0n1 \| verify-crc32c \| stock \| FAILED' "$run/report.md"
passes 'which the page says first' grep -q '^- 1 of 7 data checks FAILED' "$run/report.md"
passes 'in red' grep -q 'class="problems failed"' "$run/report.html"
edit "native/$(jq -r '.rounds[4].raw' "$run/native/run.json")" '.jobs[0].error = 19'
"$report" "$run" >/dev/null
passes 'a check whose device went away has not read all: its data is not called wrong' \
	grep -qE '^\| native \| nvme0n1 \| verify-crc32c \| stock \| not finished' "$run/report.md"
passes 'which the page says first, too' grep -q '^- 1 of 7 data checks did not finish' "$run/report.md"
passes 'and nothing is in red' not grep -q 'class="problems failed"' "$run/report.html"

# -- one file to send
new_run single
cp "$run/xen-dom0/run.json" "$scratch/xen-run.json"
"$report" --single "$run" >/dev/null
passes 'no link of a single page leads beside it' not grep -qE 'href="[^#d]' "$run/report.html"
no_dead_link "$run/report.html" 'and none is dead'
python3 - "$run/report.html" >"$scratch/out.json" <<-'END'
	import base64, gzip, re, sys
	page = open(sys.argv[1]).read()
	found = re.findall(r'download="run.json.gz" href="data:application/gzip;base64,([^"]*)"', page)
	every = [gzip.decompress(base64.b64decode(one)).decode() for one in found]
	print(next(one for one in every if '"environment": "xen-dom0"' in one), end="")
END
cp "$run/report.html" "$scratch/once.html"
"$report" --single "$run" >/dev/null
passes 'and the same page comes out again' cmp "$scratch/once.html" "$run/report.html"
passes 'its raw files are in it, whole' cmp "$scratch/xen-run.json" "$scratch/out.json"

# -- raw files that are stored gzipped
new_run stored
find "$run" -path '*/raw/*' -type f -exec gzip -n {} +
passes 'gzipped raw files are read as they are' "$report" "$run"
sed 's/\(raw[^)]*\)\.gz)/\1)/g; s/\.gz)/)/g' "$run/report.md" >"$scratch/plain.md"
passes 'and give the same text' diff "$golden" "$scratch/plain.md"
no_dead_link "$run/report.html" 'whose links are not dead'

# -- a fleet
mkdir "$scratch/fleet"
new_run fleet/one
new_run fleet/older
edit bench.json '.started = "1999-01-01T00:00:00Z"'
for file in "$run"/*/run.json; do
	edit "${file#"$run"/}" '.started = "1999-01-01T00:00:00Z" | .versions.kernel = "6.1"'
done
new_run fleet/other
edit bench.json '.host = "other-host" | .host_id = "other"'
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .device == "sda" and
	.backend == "stock")][0].counters.raw' "$run/xen-dom0/run.json")
edit "$raw" '.devices = []'
raw=xen-dom0/$(jq -r '[.rounds[] | select(.kind == "counted" and .load == "tcp-send" and
	.backend == "stock")][0].counters.raw' "$run/xen-dom0/run.json")
edit "$raw" '.devices = []'
new_run fleet/plain
rm -r "$run"/xen-dom*
edit bench.json '.host = "plain-host" | .host_id = "plain"'
mkdir "$scratch/fleet/two"
"$report" --fleet "$scratch/fleet" >"$scratch/fleet.md"
is "$(grep -c '^| test-fixture |' "$scratch/fleet.md")" 1 'a fleet has a row a host'
passes 'of its newest run, in the Xen PV environment, with what else is there' grep -qF \
	'| test-fixture | 2000-01-01 | dom0 | 100 % | emulated | 67.11 MB | 6.12 | 4.20 | 3 data checks passed | native, IOMMU lazy, IOMMU strict, domU, 1 older run |' \
	"$scratch/fleet.md"
passes 'backends that differ are in one cell' grep -qF '| other-host | 2000-01-01 | dom0 | stock 4.53 %, module 100 % |' "$scratch/fleet.md"
passes 'a host without Xen has the row of what there is' grep -qE '^\| plain-host \| 2000-01-01 \| native \| 100 % \|' "$scratch/fleet.md"
passes 'and one that left nothing a row that says so' grep -qE '^\| two \| .* not read' "$scratch/fleet.md"

# -- a host's devices may have other names in its next boot
new_run named
"$report" "$run" >/dev/null
passes 'what was typed makes it again in the lab' grep -qx -e '- .make bench.' <(section 'How to reproduce it')
edit bench.json '.command = "make bench WRITE=/dev/nvme1n1" | .again = "make bench WRITE=serial:S OUT=results/x"'
edit xen-dom0/run.json '.command = "make bench WRITE=/dev/nvme1n1"'
"$report" "$run" >/dev/null
is "$(section 'How to reproduce it' | grep -c '/dev/') $(section 'How to reproduce it' | grep -c 'WRITE=serial:S')" '0 1' \
	'on a host devices are named by what holds over boots'

# -- what is missing is missed, not fatal
new_run alone
rm -r "$run/native" "$run"/native-iommu-* "$run/bench.json"
passes 'environments are missing' "$report" "$run"
new_run halves
rm "$run/xen-dom0/run.json" "$run/xen-domu/instructions/dmabench.json"
passes 'half of an environment is missing' "$report" "$run"
passes 'what is left of it is told' grep -qE '^\| dom0 module \| direct \| 4 KiB' "$run/report.md"
new_run no-module
edit xen-dom0/run.json '.rounds |= map(select(.backend == "stock" and .device != "eth0"))'
passes 'the module and a device are missing' "$report" "$run"
new_run nothing
edit xen-dom0/run.json '.rounds = []'
edit native/run.json '.rounds = [.rounds[0]]'
passes 'one round, no bounce counted' "$report" "$run"
done_testing
