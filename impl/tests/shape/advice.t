#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The page of a run, the tuner and xswbounce say the same words about what to do for a device that bounces.
cd "$(dirname "$0")/../../.." || exit 1
. impl/tests/tap.sh

is "$(python3 -B - <<-'END'
	import re, sys
	sys.path[:0] = ["analysis/report", "analysis", "analysis/tune"]
	import remedies
	import where
	with open("traces/xswbounce/show/advice.c") as file:
	    theirs = re.sub(r'"\s*"', "", file.read())
	print([reason for reason, words in where.ADVICE.items()
	       if words.replace("{bits}", "%s") not in theirs] +
	      [driver for driver in where.NARROW if f'"{driver}"' not in theirs] +
	      sorted(set(where.NARROW) ^ set(remedies.NARROW)))
	with open("traces/xswbounce/engine/defrag.h") as file:
	    widest = int(re.search(r"DEFRAG_WIDEST\s+(\d+)", file.read()).group(1))
	print(sorted({widest, where.WIDEST, remedies.WIDEST}))
END
)" $'[]\n[40]' "all advice of a page is in xswbounce's words, and the tuner knows the same drivers and widths"
done_testing
