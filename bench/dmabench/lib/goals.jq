# SPDX-License-Identifier: GPL-2.0-only
# What the module has to reach against stock, each with its figure: an array of
# { goal, what, figure, limit, reached }. 'reached' is null where a figure is missing. The limits
# are in instructions: a run by a clock of time is not judged.

def size: if . % 1024 == 0 then "\(. / 1024) KiB" else "\(.) B" end;

def goal($goal; $what; $figure; $limit; $at_least):
	{ goal: $goal, what: $what, figure: $figure, limit: $limit, reached: (
		if $figure == null then null elif $at_least then $figure >= $limit
		else $figure <= $limit end) };

def at_most($goal; $what; $figure; $limit): goal($goal; $what; $figure; $limit; false);

def quotient($a; $b): if $a == null or $b == null or $b == 0 then null else $a / $b end;

def empty_pairs: .[] | select(.test == "pair" and .dir == "to" and .threads == 1
	and .mask == 32 and .percent == 0 and .size <= 262144);

def direct: .[] | select(.test == "pair" and .mask == 64 and .threads == 1)
	| at_most("direct pair, of stock"; .size | size; .ratio; 0.9);

def bounced: empty_pairs
	| at_most("bounced pair, net"; .size | size; .module.net; 550);

def coherent: .[] | select(.op == "alloc+free" and .size == 16384)
	| at_most("coherent, of stock"; .size | size; .ratio; 0.055),
	  at_most("coherent net, of stock"; .size | size; quotient(.module.net; .stock.net); 0.01);

def failing: .[] | select(.op != "unmap" and .stock.fail_median and .module.fail_median)
	| "\(.test) \(.size | size) at \(.percent) %" as $what
	| quotient(.module.fail_median; .stock.fail_median) as $ratio
	| if .percent == 100 then at_most("failing map, pool full, of stock"; $what; $ratio; 1.5)
	  else at_most("failing map, of stock"; $what; $ratio; 0.02) end;

def occupied: . as $all | $all[] | select(.test == "pair" and .percent == 97 and .size <= 65536)
	| . as $cell | ($all | map(select(.test == "pair" and .dir == "to" and .threads == 1
		and .mask == 32 and .percent == 0 and .size == $cell.size)) | .[0]) as $empty
	| at_most("97 % full, of its own empty"; .size | size;
		quotient(.module.median; $empty.module.median); 1.1);

def steady: empty_pairs | select(.size <= 4096)
	| at_most("p99, of its own median"; .size | size;
		quotient(.module.p99; .module.median); 1.3);

# The least difference over all layouts of all occupancies: no layout may be served worse.
def served: [ .[] | select(.percent > 0) | . as $cell
	| .stock.layouts[] as $s | .module.layouts[]
	| select(.seed == $s.seed and .mix == $s.mix and .round == $s.round)
	| { what: "\($cell.test) \($cell.size | size) at \($cell.percent) %, layout \(.seed)",
	    by: (.share - $s.share) } ]
	| select(length > 0) | min_by(.by)
	| goal("share served, least lead over stock"; .what; .by; 0; true);

[ direct, bounced, coherent, failing, occupied, steady, served ]
