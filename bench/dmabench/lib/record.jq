# SPDX-License-Identifier: GPL-2.0-only
# Makes the record of a run out of its rows: conversion to a unit, one summary a cell, errors.
#
# A summary folds the layouts of an occupancy and the rounds of a backend: of each round the
# median over its layouts of their medians (and p99s), then the median over rounds, with the
# least and the greatest beside it. 'share' is maps served of maps tried, the mean over layouts.

def median: sort | if length == 0 then null
	elif length % 2 == 1 then .[(length - 1) / 2]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;

def unit: if $machine.clock == "instructions"
	then { name: "instructions", ticks: $machine.ticks_per_instruction }
	else { name: "ns", ticks: ($machine.tsc_khz / 1000000) } end;

def in_unit: if . == null then null else (. / unit.ticks * 10 | round / 10) end;

def figures: { n, min: (.min | in_unit), median: (.median | in_unit), p99: (.p99 | in_unit),
	p999: (.p999 | in_unit), max: (.max | in_unit), mean: (.mean | in_unit),
	hist: [ .hist[] | [ (.[0] | in_unit), .[1] ] ] };

def converted: .cell.ops |= map({ op } + figures) | .cell.fails |= figures;

# How many times the size is copied, or cleared, by one operation.
def copies: if .test == "pair" and .mask < 64 then (if .dir == "to" then 1 else 2 end)
	elif .test == "coherent" and .op == "alloc+free" then 1 else null end;

# Median and what lies around it: the exact interval of order statistics from six values on, the
# narrowest whose chance of holding the median is at least 95 %; below six, min and max are the range.
def interval: sort as $v | length as $n
	| (reduce range(1; ($n / 2 | floor) + 1) as $k (
		{ term: pow(0.5; $n), below: 0, in: null };
		.below += .term | .term *= ($n - $k + 1) / $k
		| if 1 - 2 * .below >= 0.95
		then .in = { low: $v[$k - 1], high: $v[$n - $k], coverage: (1 - 2 * .below) }
		else . end)).in;

def spread: { n: length, median: median, min: min, max: max, interval: interval };

def side($op): . as $rows
	| [ $rows | group_by(.round)[] | {
		round: .[0].round, median: ([ .[].cell.ops[$op].median | values ] | median),
		p99: ([ .[].cell.ops[$op].p99 | values ] | median) } ] as $rounds
	| [ $rounds[].median | values ] as $medians
	| ([ $rows[].cell.tries ] | add) as $tries
	| { rounds: ($rounds | length), median: ($medians | median), least: ($medians | min),
	    greatest: ($medians | max), interval: ($medians | interval), p99: ([ $rounds[].p99 | values ] | median),
	    of_rounds: [ $rounds[] | { round, median } ],
	    worst: ([ $rows[].cell.ops[$op].max | values ] | max),
	    elapsed_ns: ([ $rows[].cell.elapsed_ns ] | add), tries: $tries,
	    ops_per_s: (if ([ $rows[].cell.elapsed_ns ] | add) > 0
		then ([ $rows[].cell.served ] | add) / ([ $rows[].cell.elapsed_ns ] | add) * 1e9
		else null end),
	    share: ([ $rows[].cell | select(.tries > 0) | .served / .tries ]
		| if length > 0 then add / length else null end),
	    held_share: (if $rows[0].hold
		then ([ $rows[].hold | .held_slots / .slots ] | add / length) else null end),
	    fails: ([ $rows[].cell.fails.n ] | add),
	    fail_median: ([ $rows[].cell.fails.median | values ] | median),
	    layouts: [ $rows[] | select(.hold) | { seed: .hold.seed, mix: .hold.mix, round,
		median: .cell.ops[$op].median, p99: .cell.ops[$op].p99,
		share: (.cell.served / .cell.tries), fail_median: .cell.fails.median } ] };

def reference($rows; $test; $size): [ $rows[] | select(.cell.test == $test
	and .cell.size == $size) | .cell.ops[0].median ] | median;

def cell_key: [ .cell.test, .cell.size, .cell.dir, .cell.mask, .cell.threads, .cell.depth,
	(.hold.percent // 0) ];

def summaries: . as $rows
	| [ $rows | to_entries[] | select(.value.cell.test != "check") | .key as $at | .value
	    | { at: $at, key: cell_key, row: . } ] | group_by(.key) | sort_by(.[0].at)
	| [ .[] | map(.row) as $group | $group[0].cell as $cell
	    | range($cell.ops | length) as $op
	    | { test: $cell.test, op: $cell.ops[$op].op, size: $cell.size, dir: $cell.dir,
		mask: $cell.mask, threads: $cell.threads, depth: $cell.depth,
		percent: ($group[0].hold.percent // 0) }
	    | . as $what
	    | (if .test == "coherent" then "memset" else "memcpy" end) as $floor
	    | reduce ($group | group_by(.backend)[]) as $rows_of ($what;
		($rows_of | side($op)) as $side
		| reference($rows; $floor; $what.size) as $once
		| .[$rows_of[0].backend] = $side + { net: (if ($what | copies) and $side.median
			and $once then $side.median - ($what | copies) * $once else null end) })
	    | .ratios = (if .stock and .module then [ .stock.of_rounds[] as $s
		| .module.of_rounds[] | select(.round == $s.round and .median and $s.median)
		| .median / $s.median ] | spread else null end)
	    | del(.stock.of_rounds, .module.of_rounds)
	    | .ratio = (if .stock.median and .module.median
		then .module.median / .stock.median else null end) ];

def cell_name: "\(.backend) \(.cell.test) \(.cell.size) \(.cell.dir)";

def wrong_route: select((.cell.reach == "far" and .cell.direct > 0)
	or (.cell.reach == "near" and .cell.bounced > 0))
	| "\(cell_name): \(.cell.direct) direct, \(.cell.bounced) bounced: not what was asked for";

def wrong_data: select(.cell.wrong > 0)
	| "\(cell_name): \(.cell.wrong) of \(.cell.checked) checked were wrong";

def nothing_checked: select(.cell.test == "check" and .cell.checked == 0 and .cell.translated == 0)
	| "\(cell_name): nothing could be checked";

map(converted) as $rows
| { schema: 1, kind: "swiotlb-xen-dmabench", started: $started, elapsed_s: $elapsed,
    command: $command, set: $set, rounds_each: $rounds, emulated: $machine.emulated,
    unit: unit.name, machine: $machine, versions: $versions, device: $device,
    left_out: ($left_out | split("\n") | map(select(. != "")) | unique),
    summary: ($rows | summaries), rows: $rows,
    errors: ([ $rows[] | wrong_route, wrong_data, nothing_checked ]
	+ if any($rows[]; .cell.test == "pair") then []
	  else [ "no mapping could be measured on this machine" ] end) }
| .ok = (.errors == [])
