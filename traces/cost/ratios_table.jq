# SPDX-License-Identifier: GPL-2.0-only
# The throughput of each load with each tool, as a table of text.

def percent: . * 100 | round | tostring + " %";

def padded($width): . + " " * ([$width - length, 0] | max);

.emulated as $emulated
| (if $emulated then "An emulated machine: its times mean little, only the ratios are shown."
	else empty end),
(.loads[] | "",
	.load + (if $emulated | not then ": \(.untraced_bytes_s / 1e6 | round) MB/s untraced" else "" end),
	(.tools | sort_by(.ratio.median)[]
		| "  " + (.tool | padded(28)) + (.ratio.median | percent | padded(8))
			+ "(\(.ratio.least | percent) to \(.ratio.most | percent), \(.ratio.runs) runs)"))
