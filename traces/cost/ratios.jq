# SPDX-License-Identifier: GPL-2.0-only
# From the runs, in their order, to each tool's share of the untraced throughput.

def median: sort | if length % 2 == 1 then .[length / 2 | floor]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;

def spread: {median: median, least: min, most: max, runs: length};

# The untraced runs right before and right after, of the same load; a run at either end has none.
def ratios($runs):
	[$runs[] | select(.tool == $untraced)] as $plain
	| [.[] | . as $run
		| ([$plain[] | select(.sequence < $run.sequence)] | last) as $before
		| ([$plain[] | select(.sequence > $run.sequence)] | first) as $after
		| select($before and $after)
		| $run.value / (($before.value + $after.value) / 2)];

group_by(.load)
| map(. as $runs | {load: .[0].load,
	untraced_bytes_s: ([.[] | select(.tool == $untraced).value] | median),
	tools: [group_by(.tool)[] | {tool: .[0].tool, ratios: ratios($runs)}
		| select(.ratios | length > 0) | {tool, ratio: (.ratios | spread)}]})
| {schema: 1, kind: "swiotlb-xen-trace-throughput", kernel: $kernel, emulated: $emulated, clock: $clock,
	rounds: $rounds, seconds: $seconds, loads: .}
