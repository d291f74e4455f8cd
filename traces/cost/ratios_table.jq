# SPDX-License-Identifier: GPL-2.0-only
# The throughput of each load with each tool, as a table of text.

def percent: . * 100 | round | tostring + " %";

def padded($width): . + " " * ([$width - length, 0] | max);

.emulated as $emulated
| (if .clock == "instructions" then "By the instruction clock: shares of instructions, not of time."
	elif $emulated then "An emulated machine: its times mean little, only the ratios are shown."
	else empty end),
(.loads[]
	| ([.tools[] | select(.tool == $untraced).ratio] | first) as $noise
	| "",
	.load + (if $emulated | not then ": \(.untraced_bytes_s / 1e6 | round) MB/s untraced" else "" end),
	(.tools | sort_by(.ratio.median)[]
		| "  " + (.tool | padded(34)) + (.ratio.median | percent | padded(7))
			+ ("(\(.ratio.least | percent) to \(.ratio.most | percent))" | padded(18))
			+ (if .tool == $untraced then "the noise"
				elif $noise and .ratio.median >= $noise.least and .ratio.median <= $noise.most
				then "within the noise" else "" end)))
