# SPDX-License-Identifier: GPL-2.0-only
# What the engine's slots have to reach, from core-bench's lines of JSON: one line of text each.

def median: sort | if length == 0 then null elif length % 2 == 1 then .[length / 2 | floor]
	else (.[length / 2] + .[length / 2 - 1]) / 2 end;
def round2: if . == null then null else . * 100 | round / 100 end;
def line($what; $figure; $limit; $ok): (if $figure == null then "NOT  " elif $ok then "ok   "
	else "NOT  " end) + "\($what): \($figure | round2) (limit \($limit))";
def at_most($what; $figure; $limit): line($what; $figure; $limit; $figure != null and $figure <= $limit);
def at_least($what; $figure; $limit): line($what; $figure; $limit; $figure != null and $figure >= $limit);

. as $all
| def cells($pattern; $size; $percent; $threads): [ $all[] | select(.pattern == $pattern
	and .size == $size and .percent == $percent and .threads == $threads and (.copy | not)) ];
  def served($pattern; $size; $percent; $threads): cells($pattern; $size; $percent; $threads)
	| map(select(.ours_share == 1));
[ (2048, 4096, 16384, 65536, 262144) as $size
  | (served("pair"; $size; 0; 1) | map(.ours_ns) | median) as $empty
  | (served("pair"; $size; 95; 1) | map(.ours_ns) | median) as $full
  | at_most("claim and release, \($size / 2048) slots, empty, ns"; $empty; 60),
    at_most("claim and release, \($size / 2048) slots, 95 %, ns, median of layouts that have such a run"; $full; 60),
    at_most("  95 % to empty"; (if $empty and $full then $full / $empty else null end); 1.3) ],
[ cells("pair"; 65536; 90; 1) | map(.upstream_ns / .ours_ns) | median
  | at_least("64 KiB at 90 %, times upstream, median of layouts"; .; 5) ],
[ (4096, 65536) as $size
  | (served("pair"; $size; 0; 2) | map(.ours_rate) | median) as $two
  | (served("pair"; $size; 0; 1) | map(.ours_rate) | median) as $one
  | at_least("two threads to one, \($size) bytes"; (if $one and $two then $two / $one else null end); 1.7) ],
[ $all[] | select(.pattern == "failing" and .size <= 262144)
  | at_most("failing claim, \(.size) bytes, pool full, ns"; .ours_ns; 100) ],
[ [ $all[] | select(.pattern == "drain") ]
  | min_by(.cpus) as $few | max_by(.cpus) as $many | select($few)
  | ($few, $many | at_most("failing claim, 4096 bytes, \(.cpus) possible CPUs, ns"; .known_ns; 100)),
    "     each possible CPU adds, ns: \(($many.known_ns - $few.known_ns) / ($many.cpus - $few.cpus) | round2
	) to a known failure, \(($many.proof_ns - $few.proof_ns) / ($many.cpus - $few.cpus) | round2) to one proven anew" ]
| .[]
