# SPDX-License-Identifier: GPL-2.0-only
# A row an environment and backend (or a load), as bars, dots and lines; what it says in words at
# the right.
#
# Set before: here, format, output; width, left, right, row_height (pixels), x_low, x_high, x_log,
# x_text, x_mark (0: none), arrays row_label and row_note; $bands, $bars, $lines, $dots, rows of
# 'row low high color' (dots: 'row value color point').

rows = |row_label|
title = ""
mark = ""
note = ""
head = 4
foot = x_text eq "" ? 30 : 56
height = int(head + row_height * rows + foot)
load here."/picture.gp"

set lmargin at screen 1. * left / width
set rmargin at screen 1 - 1. * right / width
set tmargin at screen y_at(head)
set bmargin at screen 1. * foot / height
set border 1 lc rgb ink
set xtics scale 0.5 out
set yrange [rows + 0.5:0.5]
set ytics scale 0 ("" 0)
do for [r = 1:rows] {
	set ytics add (row_label[r] r)
	set label r row_note[r] at graph 1, first r left offset 0.8, 0
}
unset grid
set grid x lc rgb "#dddddd" lt 1 lw 0.5
if (x_log && (width - left - right) / log10(1. * x_high / x_low) < 80) {
	set logscale x
	set xtics (1, 3, 10, 30, 100, 300, "1k" 1000, "3k" 3000, "10k" 10000, "30k" 30000, \
		"100k" 100000, "300k" 300000, "1M" 1000000, 0.1, 0.3, 0.01, 0.03)
} else { if (x_log) {
	set logscale x
	set xtics (1, 2, 5, 10, 20, 50, 100, 200, 500, "1k" 1000, "2k" 2000, "5k" 5000, "10k" 10000, \
		"20k" 20000, "50k" 50000, "100k" 100000, "200k" 200000, "500k" 500000, "1M" 1000000, \
		0.1, 0.2, 0.5, 0.05, 0.02, 0.01)
} else {
	set xtics autofreq
	if (width - left - right < 120) {
		half = (x_high - x_low) / 2.
		ten = 10 ** floor(log10(half))
		step = half >= 5 * ten ? 5 * ten : half >= 2 * ten ? 2 * ten : ten
		set xtics step
	}
	if (x_high >= 2000) { set format x "%.0s%c" } else { set format x "%.3g" }
} }
set xrange [x_low:x_high]
set xlabel x_text offset 0, 0.3
if (x_mark != 0) { set arrow 1 from x_mark, 0.5 to x_mark, rows + 0.5 nohead lc rgb ink dt 2 back }
color(column) = int("0x".strcol(column)[2:*])
plot $bands using 2:1:2:3:($1 - 0.4):($1 + 0.4) with boxxyerror fs solid 0.35 lc rgb "#999999", \
     $bars using 2:1:2:3:($1 - 0.3):($1 + 0.3):(color(4)) with boxxyerror lc rgb variable, \
     $lines using 2:1:2:3:(color(4)) with xerrorbars pt -1 lw 2 lc rgb variable, \
     $dots using 2:(int($4) == 1 ? $1 : NaN):(color(3)) with points pt 7 ps 0.55 lc rgb variable, \
     $dots using 2:(int($4) == 2 ? $1 : NaN):(color(3)) with points pt 13 ps 0.8 lc rgb variable
