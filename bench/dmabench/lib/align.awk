# SPDX-License-Identifier: GPL-2.0-only
# Aligns tab-separated rows into columns; lines without a tab pass as they are.
BEGIN { FS = "\t" }

NF < 2 { print; next }

{
	rows++
	for (i = 1; i <= NF; i++) {
		cell[rows, i] = $i
		if (length($i) > width[i])
			width[i] = length($i)
	}
	if (NF > columns)
		columns = NF
}

END {
	for (r = 1; r <= rows; r++) {
		line = ""
		for (i = 1; i <= columns; i++)
			line = line sprintf(i <= 2 ? "%-*s  " : "%*s  ", width[i], cell[r, i])
		sub(/ +$/, "", line)
		print line
	}
}
