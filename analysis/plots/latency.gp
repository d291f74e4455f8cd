# SPDX-License-Identifier: GPL-2.0-only
# Completion latency of a device by percentile, both axes logarithmic: a panel a load, a curve a
# series over all its rounds, and every round a dot at p50, p90, p99 and p99.9.

load vars
load here."/panels.gp"
mark_text = mark." machine: compare within a panel only"
note = "dot: a round   line: all rounds together, as far as a sample lies beyond"
load here."/picture.gp"
load here."/legend.gp"

of(kind, s, value) = (strcol(1) eq kind && int(column(2)) == s - 1) ? value : NaN
p(share) = -log10(1 - share)

set multiplot
set xrange [0:5.1]
set xtics ("p50" p(0.5), "p90" 1, "p99" 2, "p99.9" 3, "p99.99" 4, "p99.999" 5)
set logscale y
set ytics format "%g" scale 1, 0.5
do for [i = 1:panels] {
	set lmargin at screen left(i); set rmargin at screen right(i)
	set tmargin at screen top(i); set bmargin at screen bottom(i)
	set title panel_head[i]
	set ylabel "latency, ".panel_unit[i]
	set xrange [0:panel_right[i] + 0.15]
	set yrange [panel_low[i] / 1.25:panel_high[i] * 1.25]
	lowest = panel_low[i]; highest = panel_high[i]
	load here."/decades.gp"
	file = data."/".panel_file[i]
	plot for [s = 1:|series_name|] file using 3:(of("curve", s, $4)) \
			with lines lw 1.5 lc rgb series_color[s], \
	     for [s = 1:|series_name|] file using 3:(of("round", s, $4)) \
			with points pt 7 ps 0.6 lc rgb series_color[s]
	unset label 1001; unset label 1002; unset label 1003
	do for [s = 1:|series_name|] { unset label 1010 + s }
}
unset multiplot
