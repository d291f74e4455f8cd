#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Each environment of the lab's bench has a short name and a colour of its own on a page, and the lab
# knows each setting of its file.
cd "$(dirname "$0")/../../.." || exit 1
. impl/tests/tap.sh

is "$(python3 -B - <<-'END'
	import sys
	sys.path[:0] = ["bench/lab/bench", "analysis/report", "analysis"]
	import environments, run_files, series
	names = [one.name for one in environments.find("bench/lab/env")]
	print([name for name in names if name not in series.NAMES or name not in run_files.ORDER],
	      [(name, backend) for name in set(names) | set(series.NAMES) for backend in ("stock", "module")
	       if (backend == "stock" or name.startswith("xen")) and (name, backend) not in series.COLORS],
	      len({(series.NAMES[name], backend) for name, backend in series.COLORS}) -
	      len(set(series.COLORS.values())))
END
)" '[] [] 0' 'names, places and colours: one a name and backend, none twice'

# read_all: what the lab's own reader says of the files; it ends at the first that it refuses.
read_all()
(
	# shellcheck disable=SC2034 # the reader's
	lab_dir=bench/lab
	die() { echo "$*"; exit 1; }
	# shellcheck source=bench/lab/settings.sh
	. bench/lab/settings.sh
	for file in bench/lab/env/*.env; do
		environment_read "$(basename "$file" .env)"
	done
)
is "$(read_all)" '' 'the lab knows each setting of each environment'
done_testing
