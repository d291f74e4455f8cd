# SPDX-License-Identifier: GPL-2.0-only
# Marks a logarithmic y axis at 1, 2 and 5 of each decade: ranges here are often below a decade.
#
# Set before: lowest, highest.

set ytics () nomirror
do for [decade = int(floor(log10(lowest))):int(ceil(log10(highest)))] {
	do for [digit in "1 2 5"] {
		value = digit * 10. ** decade
		set ytics add (sprintf("%g", value) value)
	}
}
