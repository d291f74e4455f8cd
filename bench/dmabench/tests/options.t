#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dmabench's command line and its summaries, without a device.
cd "$(dirname "$0")/../../.." || exit 1
. impl/tests/tap.sh

dmabench=bench/dmabench/dmabench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What it says, and its exit status in front.
run()
{
	local said status

	said=$("$dmabench" "$@" 2>&1)
	status=$?
	echo "$status $said"
}

like "$(run --help)" '^0 Usage: dmabench --device' '--help tells the usage'
like "$(run)" '^2 dmabench: --device is missing' 'no device'
like "$(run --device x --frobnicate y)" "^2 .*unknown option '--frobnicate'" 'an unknown option'
like "$(run --device)" '^2 .*its value is missing' 'an option without its value'
like "$(run --device x --rounds 0)" '^2 .*--rounds must be a number from 1 to 100' 'a bad number'
like "$(run --device x --rounds 99999999999999999999)" '^2 .*--rounds' \
	'a number that would overflow'
like "$(run --device x --backend native)" '^2 .*stock, module or both' 'a bad backend'
like "$(run --device x --set huge)" '^2 .*bench, quick or full' 'a bad set'
like "$(run --device x --leak 3)" '^2 .*--leak goes with --sequence' 'leak without a sequence'
like "$(run --device x --cell test=pair --sequence seed:1)" '^2 .*exclude' 'cell and sequence'
like "$(run --device 0000:ff:1f.7)" "^2 .*no PCI device '0000:ff:1f.7'" 'no such device'
like "$(run --sequence "$work/none" --print-sequence)" '^2 .*cannot read' \
	'a sequence that is not there'

$dmabench --sequence seed:7:500 --print-sequence >"$work/a"
$dmabench --sequence seed:7:500 --print-sequence >"$work/b"
$dmabench --sequence seed:8:500 --print-sequence >"$work/c"
is "$(wc -l <"$work/a")" 500 'a seed gives as many requests as asked for'
passes 'the same seed gives the same requests' cmp "$work/a" "$work/b"
is "$(cmp -s "$work/a" "$work/c"; echo $?)" 1 'another seed gives others'
# shellcheck disable=SC2016 # an awk program
passes 'nothing is unmapped that is not mapped' awk '
	$1 == "map" { if ($2 in live) exit 1; live[$2] = 1 }
	$1 == "unmap" { if (!($2 in live)) exit 1; delete live[$2] }' "$work/a"

# Two layouts and two backends, in ticks; two ticks are an instruction.
row()
{
	printf '{"round":%d,"backend":"%s","hold":{"percent":90,"seed":%d,"mix":"wide","slots":100,
		"held_slots":90},"cell":{"test":"pair","size":4096,"dir":"%s","mask":32,
		"threads":1,"depth":32,"reach":"far","direct":%d,"bounced":1,"translated":0,
		"checked":0,"wrong":%d,"tries":4,"served":%d,"elapsed_ns":8,"ops":[{"op":"pair",
		"n":1000,"min":1,"median":%d,"p99":%d,"p999":1,"max":1,"mean":1,"hist":[[8,1]]}],
		"fails":{"n":1,"median":6,"min":6,"max":6,"mean":6,"hist":[]}}}\n' "$@"
}

# record MACHINE [ROUNDS [PACES]]: the record of the rows, and its table.
record()
{
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=bench/dmabench:bench/runner:analysis python3 - "$work" "$1" "${2:-1}" "${3:-[]}" <<'END'
import json, sys
from front.record import make
from front.table import table
work, machine, rounds, paces = sys.argv[1:]
with open(f"{work}/rows") as file:
    rows = [json.loads(text) for text in file.read().replace("}}}\n", "}}}\0").split("\0") if text]
words = {"cpu": "x", "memcpy": "x", "memset": "x", "erms": True, "fsrm": True}
about = {"rounds_each": int(rounds), "device": {"stock": {}, "module": {}}, "left_out": []}
record = make(rows, dict(words, **json.loads(machine)), about, json.loads(paces))
json.dump(record, open(f"{work}/record", "w"))
print("\n".join(table(record)), file=open(f"{work}/table", "w"))
END
}

# One row of another kind: the reference, without held mappings.
reference()
{
	row "$@" | sed 's/"pair"/"memcpy"/g; s/"hold":{"percent":90,.*/"hold":null,"cell":{"test":"memcpy","size":4096,"dir":"to","mask":32,/; /^\t*"held_slots"/d' |
		sed 's/"bounced":1/"bounced":0/; /^\t*"threads"/!b' | tr '\n' ' ' | sed 's/ $/\n/'
}

instructions='{"clock":"instructions","ticks_per_instruction":2,"emulated":true}'
{
	row 0 stock 1 to 0 0 4 100 200
	row 0 stock 2 to 0 0 2 300 400
	row 0 module 1 to 0 0 4 40 60
	row 0 module 2 to 0 0 4 60 80
	reference 0 stock 1 to 0 0 4 20 20
	reference 0 module 1 to 0 0 4 30 30
} >"$work/rows"
record "$instructions"
# shellcheck disable=SC2317 # called through passes
pick()
{
	jq -e "[.summary[] | select(.test == \"pair\")] | $1" "$work/record"
}
passes 'each layout is told by itself' pick 'length == 2 and ([.[].layout.seed] == [1, 2]) and
	([.[].stock.median] == [50, 150]) and ([.[].module.median] == [20, 30])'
passes 'and so is its p99' pick '[.[].stock.p99] == [100, 200]'
passes 'and its share' pick '[.[].stock.share] == [1, 0.5] and [.[].module.share] == [1, 1]'
passes 'the ratio is module to stock' pick '[.[].ratio * 1000 | round] == [400, 200]'
passes 'net is less one copy by the own reference' pick '.[0] | .stock.net == 40 and .module.net == 5'
passes 'what is the same on both backends tells the noise' jq -e '.noise | .min == 1.5 and .n == 1' \
	"$work/record"
passes 'the table names the layout' grep -qE '^pair .* 90% wide 2 ' "$work/table"
passes 'operations a second are those counted in that time' pick '.[0].stock.ops_per_s == 1000 / 8 * 1e9'
passes 'a percentile without ten samples beyond it is none' jq -e '.rows[0].cell.ops[0].p999 == null' \
	"$work/record"
passes 'failures have their own latency' pick '.[0].stock.fail_median == 3'
passes 'histogram bounds are converted' jq -e '.rows[0].cell.ops[0].hist == [[4, 1]]' "$work/record"
passes 'a run without an error is ok' jq -e '.ok and .errors == []' "$work/record"

# shellcheck disable=SC2317 # called through passes
goal()
{
	jq -e ".goals[] | select(.goal == \"$1\") | $2" "$work/record"
}
passes 'a share that leads in every layout is a goal reached' \
	goal 'share served, least lead over stock' '.figure == 0 and .reached'
passes 'a failing map is compared with stock' \
	goal 'failing map, of stock' '.figure == 1 and .limit == 0.02 and .reached == false'
sed -i '/"module","hold":{"percent":90,"seed":1/,/served/s/"served":4/"served":2/' "$work/rows"
record "$instructions"
passes 'one layout served worse is not' goal 'share served, least lead over stock' \
	'.figure == -0.5 and .reached == false'

{
	row 0 stock 1 to 0 0 4 100 200
	reference 0 stock 1 to 0 0 4 20 20
} | sed 's/"bounced":1/"bounced":0/; s/"translated":0/"translated":4/' >"$work/rows"
record "$instructions"
passes 'where nothing was bounced no copy is subtracted' pick '.[0].stock | .net == null and
	.copies == null and .route == "translated"'
passes 'and the row is named by the way its maps went' grep -q '^translated pair ' "$work/table"

row 0 stock 1 to 0 0 4 100 200 >"$work/rows"
record '{"clock":"instructions","ticks_per_instruction":2,"emulated":true,"clock_overhead_ticks":10}'
passes 'what reading the clock takes is subtracted' pick '.[0].stock.median == 45'

{
	row 0 stock 1 to 0 0 4 100 200
	row 0 module 1 to 0 0 4 40 60
} >"$work/rows"
record '{"clock":"time","tsc_khz":2000000,"emulated":false}'
passes 'ticks of a clock of time become ns' jq -e '.unit == "ns" and .rows[0].cell.ops[0].median == 50' \
	"$work/record"
passes 'and are compared' pick '(.[0].ratio * 1000 | round) == 400'
record '{"clock":"time","tsc_khz":2000000,"emulated":true}'
passes 'times of an emulated machine are not' pick '.[0] | .ratio == null and .ratios == null'
# A clock whose reading a hypervisor traps: what is less than a reading takes is no figure, and never 0.
# figures: the figures of the first row, and of all rows what the summary says.
# shellcheck disable=SC2317 # called through passes
figures()
{
	jq -e "[.rows[].cell.ops[] | .median, .mean, .p99, .max] as \$rows | (.summary | [.[][\"stock\", \"module\"] |
		values | .median, .mean, .net, .least, .fail_median, .ops_per_s]) as \$told | $1" "$work/record"
}
trapped='{"clock":"instructions","ticks_per_instruction":2,"emulated":true,"clock_overhead_ticks":22056}'
{
	row 0 stock 1 to 0 0 4 21000 22056
	row 0 module 1 to 0 0 4 61834 70000
	reference 0 stock 1 to 0 0 4 100 100
} >"$work/rows"
record "$trapped"
# shellcheck disable=SC2016 # a program of jq
passes 'where reading an instruction clock is trapped no figure is told, and none is 0' \
	figures '($rows + $told | map(values)) == []'
passes 'nor a goal' jq -e '.goals == null and .paths == []' "$work/record"
passes 'how the maps went is' jq -e '.summary[0].stock | .route == "bounced" and .tries == 4' "$work/record"
is "$(grep -c 'a hypervisor traps the reading of the clock here: 11,028 instructions a reading; use an environment' "$work/table")" 1 \
	'why is said in one line'
passes 'which the record has' jq -e '.machine.clock_dear and (.left_out | length == 1)' "$work/record"
record "${trapped/22056/200}"
passes 'a reading of 100 instructions is none that is trapped' jq -e '.machine.clock_dear == false and .left_out == []' \
	"$work/record"
passes 'what is not above it is not told as 0' jq -e '.rows[2].cell.ops[0].median == null and
	.rows[0].cell.ops[0].median == 10400' "$work/record"
record '{"clock":"time","tsc_khz":2000000,"emulated":false,"clock_overhead_ticks":22056}'
passes 'by a dear clock of time a figure below a reading is none' jq -e '.rows[0].cell.ops[0] |
	.median == null and .mean == null and .hist == [[null, 1]]' "$work/record"
passes 'one above it is told, less the reading' jq -e '.rows[1].cell.ops[0].median == 19889' "$work/record"
passes 'and which are not' grep -q 'left out: figures below 11,028 ns: reading the clock takes that long here' "$work/table"
passes 'no rate is, for the reading is in it' jq -e '.summary[0].module.ops_per_s == null' "$work/record"

# Costs of 100 instructions and one for each 8 bytes copied, by four sizes.
for size in 512 4096 65536 262144; do
	row 0 stock 1 to 0 0 4 $(((100 + size / 8) * 2)) 9 | sed "s/4096/$size/; s/\"bounced\":1/\"bounced\":4/"
done >"$work/rows"
record "$instructions"
passes 'path and copy are told apart by a line through the sizes' jq -e '.paths[0] |
	(.path.median - 100 | fabs) < 1e-6 and (.per_kib.median - 128 | fabs) < 1e-6' "$work/record"

# A read that bounces is copied in, too, unless a cell that looked says that it is not.
# looked COPIED: the cell that looked; COPIED of its bounces were copied in
looked()
{
	reference 0 stock 1 from 0 0 4 1 1 | sed "s/\"memcpy\"/\"check\"/g; s/\"dir\":\"to\"/\"dir\":\"from\"/; s/\"bounced\":0/\"bounced\":4,\"copied_in\":$1/; s/\"checked\":0/\"checked\":4/"
}
for copied in none 4 0; do
	{
		row 0 stock 1 from 0 0 4 100 200
		reference 0 stock 1 to 0 0 4 20 20
		[ $copied = none ] || looked $copied
	} >"$work/rows"
	record "$instructions"
	cp "$work/record" "$work/copied-$copied"
done
passes 'a read is copied twice' jq -e '.summary[0].stock | .copies == 2 and .net == 30' "$work/copied-none"
passes 'also where a cell looked' jq -e '.summary[0].stock.copies == 2' "$work/copied-4"
passes 'and once where that cell found nothing copied in' jq -e '.summary[0].stock | .copies == 1 and .net == 40' \
	"$work/copied-0"

row 0 stock 1 to 2 0 4 100 200 >"$work/rows"
record "$instructions"
passes 'a map that took the wrong way is an error' jq -e '.ok == false and (.errors[0] | test("direct"))' \
	"$work/record"
row 0 stock 1 to 0 0 4 100 200 | sed 's/"far"/"near"/' >"$work/rows"
record "$instructions"
passes 'a bounce that was not asked for, too' jq -e '.errors[0] | test("bounced")' "$work/record"
record '{"clock":"instructions","ticks_per_instruction":2,"emulated":true,"kernel_command_line":"a swiotlb=65536,force"}'
passes 'but not where bouncing is forced' jq -e .ok "$work/record"
reference 0 stock 1 to 0 0 4 100 200 >"$work/rows"
record "$instructions"
passes 'a run without one mapping is an error' jq -e '.errors == ["no mapping could be measured on this machine"]' \
	"$work/record"
row 0 stock 1 to 0 1 4 100 200 >"$work/rows"
record "$instructions"
passes 'wrong data is an error' jq -e '.ok == false and (.errors[0] | test("wrong"))' "$work/record"

# rounds MEDIAN...: a round each, of which the module takes half.
rounds()
{
	local n=0 median

	for median in "$@"; do
		row $n stock 1 to 0 0 4 $((median * 2)) 999
		row $n module 1 to 0 0 4 "$median" 999
		n=$((n + 1))
	done >"$work/rows"
	record "$instructions" $#
}
rounds 10 30 20 50 40
passes 'five rounds have a range and no interval' pick '.[0].stock | .rounds == 5 and .interval == null
	and .median == 30 and .least == 10 and .greatest == 50'
passes 'the table says so' grep -q '30 \[10\.\.50\]' "$work/table"
passes 'and that it is none' grep -q 'a range, fewer than six rounds have no interval' "$work/table"
rounds 10 30 20 50 40 60 11 70 80
passes 'nine have the interval of order statistics' pick '.[0].stock.interval |
	.low == 11 and .high == 70 and (.coverage - 0.9609375 | fabs) < 1e-9'
passes 'the table shows it' grep -qE '40 \(11\.\.70\)' "$work/table"
passes 'and its chance' grep -q 'its interval at 96%' "$work/table"
passes 'ratios are those of the rounds' pick '.[0] | .ratio == 0.5 and (.ratios | .n == 9 and .min == 0.5
	and .interval.low == 0.5)'
n=0
for medians in '200 100' '20 40' '20 40'; do
	row $n stock 1 to 0 0 4 "${medians% *}" 999
	row $n module 1 to 0 0 4 "${medians#* }" 999
	n=$((n + 1))
done >"$work/rows"
record "$instructions" 3
# of the logarithms of 0.5, 2 and 2 the averages in pairs are -1, 0, 0, 1, 1, 1 times that of 2
passes 'the ratio is of pairs, as everywhere, not of medians' pick '.[0] | (.ratio * 1000 | round) == 1414
	and .stock.median == 10 and .module.median == 20 and .ratios.interval == null'

# A block whose memcpy is off was measured while the machine had another pace.
paces='[[1,100],[2,104],[3,96],[4,112],[5,89],[6,100]]'
for position in 1 4; do
	row 0 stock $position to 0 0 4 100 200 | sed "s/{\"round\":0/&,\"position\":$position/"
done >"$work/rows"
record '{"clock":"time","tsc_khz":1000000,"emulated":false}' 1 "$paces"
passes 'blocks that are more than 10 % off the median are marked' jq -e '
	[.blocks[] | select(.astray) | .position] == [4, 5] and .blocks[3].memcpy == 112' "$work/record"
passes 'so are their rows, and cells' jq -e '[.rows[].astray] == [false, true] and
	[.summary[].stock.astray] == [0, 1]' "$work/record"
passes 'the table marks them' grep -qE '90% wide 4 +100! ' "$work/table"
passes 'those alone' grep -qE '90% wide 1 +100 ' "$work/table"
passes 'and says why' grep -qE '^!: .*memcpy before 2 of 6 blocks is more than 10 % off .*positions 4, 5' "$work/table"
record "$instructions" 1
passes 'without paces none is' jq -e '.blocks == [] and ([.rows[].astray] | any | not)' "$work/record"

# agree MEDIAN SHARE: compares the record with one that has these, in its first cell.
agree()
{
	jq ".summary[0].stock.median = $1 | .summary[0].stock.share = $2" "$work/record" >"$work/other"
	bench/dmabench/agree "$work/record" "$work/other" >"$work/said"
}
jq '.summary[0].stock | .median, .share' "$work/record" >"$work/first"
median=$(head -n 1 "$work/first")
share=$(tail -n 1 "$work/first")
passes 'a run agrees with itself' agree "$median" "$share"
is "$(agree "$median * 2" "$share"; echo $?)" 1 'not with one of other medians'
like "$(cat "$work/said")" '100 %' 'it tells how far'
is "$(agree "$median" "$share / 2"; echo $?)" 1 'nor with one of other shares'
jq 'del(.summary[0])' "$work/record" >"$work/other"
is "$(bench/dmabench/agree "$work/record" "$work/other" >"$work/said"; echo $?)" 1 \
	'nor with one that lacks a cell'
like "$(cat "$work/said")" 'only in' 'which is named'
done_testing
