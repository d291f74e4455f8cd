# SPDX-License-Identifier: GPL-2.0-only
# Aligns tab-separated rows into columns; lines without a tab pass as they are.
BEGIN { FS = "\t" }

{
	line[NR] = $0
	if (NF < 2)
		next
	for (i = 1; i <= NF; i++)
		if (length($i) > width[i])
			width[i] = length($i)
}

END {
	for (r = 1; r <= NR; r++) {
		n = split(line[r], cell, "\t")
		if (n < 2) {
			print line[r]
			continue
		}
		out = ""
		for (i = 1; i <= n; i++)
			out = out sprintf(i <= 2 ? "%-*s  " : "%*s  ", width[i], cell[i])
		sub(/ +$/, "", out)
		print out
	}
}
