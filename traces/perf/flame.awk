# SPDX-License-Identifier: GPL-2.0-only
# Draws folded stacks, sorted, as a flame graph in SVG: each frame as wide as its share.

function escaped(text)
{
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	return text
}

function box(name, depth, from, to)
{
	wide = (to - from) * scale
	if (wide < 1)
		return
	x = 10 + from * scale
	y = height - 30 - depth * 17
	printf "<g><title>%s: %d</title><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"16\" ", \
		escaped(name), to - from, x, y, wide - 0.5
	printf "fill=\"rgb(%d,%d,60)\"/>", 210 + length(name) % 40, 100 + (length(name) * 7) % 110
	if (wide > 30)
		printf "<text x=\"%.1f\" y=\"%d\">%s</text>", x + 3, y + 12, \
			escaped(substr(name, 1, int((wide - 6) / 6.8)))
	print "</g>"
}

{
	weight[NR] = $NF
	sub(/ [0-9]+$/, "")
	line[NR] = $0
	total += weight[NR]
	n = split($0, frames, ";")
	if (n > deepest)
		deepest = n
}

END {
	height = 60 + (deepest + 1) * 17
	scale = total ? 1180 / total : 0
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1200 %d\" width=\"1200\" ", height
	print "font-family=\"monospace\" font-size=\"11\">"
	print "<rect width=\"100%\" height=\"100%\" fill=\"#fffdf5\"/>"
	printf "<text x=\"600\" y=\"24\" font-size=\"15\" text-anchor=\"middle\">"
	printf "Bounced DMA mappings, by number (%d)</text>\n", total
	box("all", 0, 0, total)
	# neighbours that share a frame and all below it are one box
	for (d = 1; d <= deepest; d++) {
		at = 0
		open = ""
		for (i = 1; i <= NR; i++) {
			n = split(line[i], frames, ";")
			path = ""
			for (k = 1; k <= d && k <= n; k++)
				path = path ";" frames[k]
			if (n < d)
				path = ""
			if (path != open) {
				if (open != "")
					box(name, d, begin, at)
				open = path
				name = frames[d]
				begin = at
			}
			at += weight[i]
		}
		if (open != "")
			box(name, d, begin, at)
	}
	print "</svg>"
}
