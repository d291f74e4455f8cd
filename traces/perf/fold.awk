# SPDX-License-Identifier: GPL-2.0-only
# Folds what `perf script -F event,ip,sym` prints: one line a stack, outermost first, and its count.

function flush()
{
	if (stack != "")
		count[stack]++
	stack = ""
}

NF == 0 {
	flush()
	next
}

$1 ~ /:$/ {
	flush()
	next
}

{
	stack = $2 (stack == "" ? "" : ";" stack)
}

END {
	flush()
	for (s in count)
		print s, count[s]
}
