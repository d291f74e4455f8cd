# SPDX-License-Identifier: GPL-2.0-only
# Latency of a device by percentile, both axes logarithmic: a panel a load, a curve a series over
# all its rounds, as far as ten samples lie beyond.
#
# Set before: here, format, output, file (an index a panel, rows of 'series x y'), title, arrays
# panel_head, panel_low, panel_high, panel_right, series_name, series_color.

mark = ""
load here."/panels.gp"
note = "all rounds together, as far as ten samples lie beyond"
load here."/picture.gp"
load here."/legend.gp"

p(share) = -log10(1 - share)

set multiplot
set xtics ("p50" p(0.5), "p90" 1, "p99" 2, "p99.9" 3, "p99.99" 4, "p99.999" 5)
set logscale y
set ytics format "%g" scale 1, 0.5
do for [i = 1:panels] {
	set lmargin at screen left(i); set rmargin at screen right(i)
	set tmargin at screen top(i); set bmargin at screen bottom(i)
	set title panel_head[i]
	set ylabel "latency, us"
	set xrange [0:panel_right[i] + 0.15]
	set yrange [panel_low[i] / 1.25:panel_high[i] * 1.25]
	lowest = panel_low[i]; highest = panel_high[i]
	load here."/decades.gp"
	plot for [s = 1:|series_name|] file index i - 1 using 2:($1 == s ? $3 : NaN) \
			with lines lw 1.5 lc rgb series_color[s]
	unset label 1001; unset label 1002; unset label 1003
	do for [s = 1:|series_name|] { unset label 1010 + s }
}
unset multiplot
