#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# No two files of a part of impl need each other: neither by an include nor by a call.
#
# Calls are read from the object files, as the linker sees them: who uses a symbol needs the file
# that defines it.  core is looked at as the unit tests build it, xen and kmod as the module is
# built for the lab's kernel; `make test-build` makes both.
set -u
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. impl/tests/shape/check.sh

# "USER DEFINER" for each symbol that one object uses and another one defines
calls() { # calls OBJECT...
	local object

	for object in "$@"; do
		nm "$object" | awk -v o="$(basename "$object" .o)" \
			'$2 ~ /^[TDBRVWC]$/ { print "D", $3, o } $1 == "U" { print "U", $2, o }'
	done | awk '
		$1 == "D" { definer[$2] = $3; next }
		{ n++; used[n] = $2; user[n] = $3 }
		END {
			for (i = 1; i <= n; i++)
				if (used[i] in definer && definer[used[i]] != user[i])
					print user[i], definer[used[i]]
		}' | sort -u
}

# "INCLUDER INCLUDED" for each header of the folder that includes another one of it
headers() { # headers FOLDER
	grep -H '^#include "' "$1"/*.h | sed -n 's|.*/\([a-z_]*\.h\):#include "\([a-z_]*\.h\)"$|\1 \2|p' |
		while read -r includer included; do
			[ ! -f "$1/$included" ] || echo "$includer $included"
		done
}

# The files on a circle, as tsort names them
circle() {
	tsort 2>&1 >/dev/null | sed -n 's/^tsort: //p' | grep -v 'input contains a loop'
}

module=$(find build/modules -maxdepth 1 -mindepth 1 -type d 2>/dev/null | sort | tail -n 1)

for part in core xen kmod; do
	check "no circle of includes in $part" "$(headers "impl/$part" | circle)"
done

check 'the engine is built (make test-build)' "$(ls build/tests/unit/core/map.o 2>&1 >/dev/null)"
check 'no circle of calls in core' "$(calls build/tests/unit/core/*.o | circle)"

check 'the module is built (make test-build)' "$(ls "$module/kmod/main.o" 2>&1 >/dev/null)"
check 'no circle of calls in xen' "$(calls "$module"/xen/*.o | circle)"
check 'no circle of calls in kmod' "$(calls "$module"/kmod/*.o | circle)"

# The test can fail: a circle is told
circle_told=$(printf 'a b\nb c\nc a\n' | circle | paste -sd ' ')
is "$circle_told" 'a b c' 'a circle is told'

done_testing
