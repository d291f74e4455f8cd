# SPDX-License-Identifier: GPL-2.0-only
# The sequence mode: the requests that are carried out, and which mappings are leaked.
# shellcheck shell=bash disable=SC2154 # variables of the other parts are used

# The requests of --sequence: a file, or made from a seed by a generator any program can repeat:
# x = (1103515245 x + 12345) mod 2^31, of which the bits from 8 up are used.
sequence_text()
{
	local seed count

	if [[ $sequence =~ ^seed:([0-9]+)(:([0-9]+))?$ ]]; then
		seed=${BASH_REMATCH[1]}
		count=${BASH_REMATCH[3]:-1000}
		awk -v x="$seed" -v n="$count" -f "$here/lib/sequence.awk"
	elif [ "$sequence" = - ]; then
		cat
	else
		[ -r "$sequence" ] || die "cannot read the sequence '$sequence'"
		cat "$sequence"
	fi
}

# Lines that leak the last mappings that the sequence leaves; it is read whole before they are added.
sequence_leaks()
{
	awk -v n="$leak" '
		$1 == "map" { order[++maps] = $2; live[$2] = 1 }
		$1 == "unmap" { delete live[$2] }
		END {
			for (i = maps; i > 0 && n > 0; i--)
				if (order[i] in live) { print "leak " order[i]; n-- }
		}' "$scratch/sequence" >"$scratch/leaks"
	cat "$scratch/leaks"
}
