# SPDX-License-Identifier: GPL-2.0-only
# The table of a run: heading lines, then tab-separated rows for align.awk.

def count: if . == null then "-" elif . >= 100 then round | tostring
	else (. * 10 | round / 10 | tostring) end;
def percent: if . == null then "-" else (. * 1000 | floor / 10 | tostring) + "%" end;
def ratio: if . == null then "-" else (. * 1000 | round / 1000 | tostring) end;
def figure: if . == null then "-" else (. * 10000 | round / 10000 | tostring) end;
def size: if . % 1024 == 0 then "\(. / 1024)K" else "\(.)B" end;

def range: if .interval
	then "\(.median | count) (\(.interval.low | count)..\(.interval.high | count))"
	elif .rounds > 1 and .least != null
	then "\(.median | count) [\(.least | count)..\(.greatest | count)]"
	else (.median | count) end;

def name: if .mask == 64 then "direct \(.test)" else .test end
	| if . == "direct pair" then "direct" else . end;

# The second operation of a test shares the maps of the first: they are told once.
def side($second): if . == null then [ "-", "-", "-", "-", "-" ]
	else [ range, (.p99 | count), (.net | count) ] + (if $second then [ "", "" ]
		else [ (.share | percent), (.fail_median | count) ] end) end;

def both: .device | length > 1;

"dmabench on \(.machine.cpu): \(.unit) an operation\(
	if .emulated then " (emulated: ratios only)" else "" end)",
"memcpy \(.machine.memcpy), memset \(.machine.memset); erms \(.machine.erms), fsrm \(.machine.fsrm); \(
	.machine.emulator // .machine.model // "no model")",
"net: less one copy of the size (two where data comes back; one clearing for coherent); "
+ "share: maps served; full: slots asked for by held maps",
(.rounds_each as $n | if $n < 2 then empty
	elif $n < 6 then "median of \($n) rounds [least..greatest]: a range, fewer than six rounds have no interval"
	else "median of \($n) rounds (its interval at \([ .summary[] | (.stock // .module).interval
		| values | .coverage ] | max | percent))"
	end),
(.left_out // [] | if length > 0 then "left out, no memory on the wanted side of the mask: \(join("; "))"
	else empty end),
([ "test", "op", "size", "dir", "thr", "full" ]
	+ [ .device | keys_unsorted[] | "\(.) median", "p99", "net", "share", "fail" ]
	+ (if both then [ "ratio" ] else [] end) | join("\t")),
(both as $both | (.device | keys_unsorted) as $backends | .summary[]
	| . as $row
	| [ name, .op, (.size | size), .dir, .threads, "\(.percent)%" ]
	+ [ $backends[] as $b | $row[$b]
		| side($row.op | IN("unmap", "alloc", "for-device"))[] ]
	+ (if $both then [ .ratio | ratio ] else [] end)
	| map(tostring) | join("\t")),
(.goals // empty | "",
	"goals (\(map(select(.reached)) | length) of \(length) reached; a missing figure is no success)",
	(.[] | "  \(if .reached then "ok     " elif .reached == null then "missing" else "NOT    " end) \(.goal), \(.what): \(.figure | figure) (limit \(.limit))"))
