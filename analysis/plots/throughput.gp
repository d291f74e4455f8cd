# SPDX-License-Identifier: GPL-2.0-only
# Throughput of a device by backend, a panel a load: a dot a round, a bar at the median, and the
# median's interval where six rounds or more give one.

load vars
load here."/panels.gp"
mark_text = mark." machine: compare within a panel only"
note = "dot: a round   bar: median   whisker: its 95 % interval, from 6 rounds on"
load here."/picture.gp"
load here."/legend.gp"

of(kind, s, value) = (strcol(1) eq kind && int(column(2)) == s - 1) ? value : NaN

set multiplot
set xrange [0.4:|series_name| + 0.6]
set xtics scale 0 ("" 0)
if (|series_name| <= 2) {
	do for [s = 1:|series_name|] { set xtics add (series_name[s] s) }
}
unset grid
set grid y lc rgb "#dddddd" lt 1 lw 0.5
do for [i = 1:panels] {
	set lmargin at screen left(i); set rmargin at screen right(i)
	set tmargin at screen top(i); set bmargin at screen bottom(i)
	set title panel_head[i]
	set ylabel panel_unit[i]
	set yrange [0:panel_high[i] * 1.12]
	file = data."/".panel_file[i]
	plot for [s = 1:|series_name|] file using ($3 - 0.32):(of("median", s, $4)):(0.64):(0) \
			with vectors nohead lw 2.5 lc rgb series_color[s], \
	     for [s = 1:|series_name|] file using 3:(of("interval", s, $4)):5:6 \
			with yerrorbars pt -1 lw 1.5 lc rgb series_color[s], \
	     for [s = 1:|series_name|] file using 3:(of("round", s, $4)) \
			with points pt 7 ps 0.7 lc rgb series_color[s]
	unset label 1001; unset label 1002; unset label 1003
	do for [s = 1:|series_name|] { unset label 1010 + s }
}
unset multiplot
