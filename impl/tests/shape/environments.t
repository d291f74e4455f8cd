#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Each environment of the lab's bench has a short name and a colour of its own on a page.
cd "$(dirname "$0")/../../.." || exit 1
. impl/tests/tap.sh

is "$(python3 -B - <<-'END'
	import sys
	sys.path[:0] = ["bench/lab/bench", "analysis/report", "analysis"]
	import environments, run_files, series
	names = [one.name for one in environments.find("bench/lab/env")]
	print([name for name in names if name not in series.NAMES or name not in run_files.ORDER],
	      [name for name in names if (name, "stock") not in series.COLORS],
	      len(series.COLORS) - len(set(series.COLORS.values())))
END
)" '[] [] 0' 'names, places and colours'
done_testing
