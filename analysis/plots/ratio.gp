# SPDX-License-Identifier: GPL-2.0-only
# Ratios to stock within an environment: a row a load and series, a panel a figure, a dot a pair of
# rounds, and the A/A control in grey below. Where ratios lie far apart the axis is logarithmic.

load vars
rows = |row_label|
label_width = 300.
panel_width = 235.
width = int(label_width + 3 * panel_width + 20)
head = mark eq "" ? 56 : 78
height = int(head + 34 + 24 * rows + 62)
mark_text = mark." machine: ratios within this boot only"
note = "dot: a pair of rounds   diamond: median   thick line: its 95 % interval, from 6 pairs on"
load here."/picture.gp"

array head_of[3] = ["throughput", "latency p50", "latency p99"]
array better[3] = ["more is better", "less is better", "less is better"]
# A tick distance of 1, 2 or 5 that leaves room for the numbers.
decade(span) = 10. ** floor(log10(span / 3))
step(span) = decade(span) * (span / 3 / decade(span) < 1.5 ? 1 : span / 3 / decade(span) < 3.5 ? 2 : 5)
of(kind, value) = strcol(1) eq kind ? value : NaN
color(row) = int("0x".row_color[int(row)][2:*])

set multiplot
set tmargin at screen y_at(head + 34)
set bmargin at screen 62. / height
set yrange [rows + 0.6:0.4]
set ytics scale 0 ("" 0)
do for [r = 1:rows] { set ytics add (row_label[r] r) }
do for [i = 1:3] {
	set lmargin at screen (label_width + (i - 1) * panel_width) / width
	set rmargin at screen (label_width + i * panel_width - 22) / width
	if (i == 2) {
		set ytics scale 0 ("" 0)
		do for [r = 1:rows] { set ytics add ("" r) }
	}
	if (panel_high[i] / panel_low[i] > 2.5) {
		set logscale x
		set xrange [panel_low[i] / 1.15:panel_high[i] * 1.15]
		set xtics (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
	} else {
		unset logscale x
		span = panel_high[i] - panel_low[i]
		span = span < 0.1 ? 0.1 : span
		set xrange [panel_low[i] - 0.15 * span:panel_high[i] + 0.15 * span]
		set xtics step(span) format "%g"
	}
	set title head_of[i]
	set xlabel "ratio to stock, ".better[i]
	set arrow 1 from 1, 0.4 to 1, rows + 0.6 nohead lc rgb "#333333" lw 1 dt 2 back
	file = data."/".panel_stem.".".(i - 1).".dat"
	plot file using (of("interval", $3)):4:5:6:(color($2)) \
			with xerrorbars pt -1 lw 3 lc rgb variable, \
	     file using (of("round", $3)):4:(color($2)) with points pt 7 ps 0.5 lc rgb variable, \
	     file using (of("median", $3)):4:(color($2)) with points pt 12 ps 1.3 lw 1.5 lc rgb variable
	unset label 1001; unset label 1002; unset label 1003
}
unset multiplot
