# SPDX-License-Identifier: GPL-2.0-only
# Of the replay: how many mappings fail, and the peak, against the pool's size.
#
# Set before: here, data, vars, format, output.

load vars
width = 760
height = 520
title = "Mappings that fail, and the most slots in use, by size of the pool"
mark = ""
note = sprintf("replayed from a recording of %.0f bounced mappings", claims). \
	(title_kernel eq "" ? "" : ", kernel ".title_kernel)
load here."/picture.gp"
array series_name[3] = ["stock", "xen_swiotlb", "most slots in use (right)"]
array series_color[3] = ["#bb5500", "#0055bb", "#777777"]
series_points = "7 4 2"
load here."/legend.gp"

file = data."/pool_sizes.dat"
of(name, value) = strcol(1) eq name ? value : NaN
set lmargin at screen 0.125
set rmargin at screen 0.88
set tmargin at screen y_at(105)
set bmargin at screen 64. / height
set border 11 lc rgb ink
set logscale x 2
set xrange [smallest / 1.12:largest * 1.12]
set xtics 256, largest / smallest > 512 ? 4 : 2
set format x "%.0f"
set xlabel "slots of 2 KiB"
# One failure among millions is seen; none has a row of its own.
none = 0.4
set logscale y 10
set yrange [0.3:(failures > 1 ? failures : 1) * 6.]
set ytics ("none" none)
do for [decade = 0:int(ceil(log10(failures > 1 ? failures : 1)))] {
	set ytics add (sprintf("%.0f", 10. ** decade) 10. ** decade)
}
set ylabel "mappings that fail"
set y2label "slots in use at most"
set y2tics textcolor rgb ink
set y2range [0:*]
set format y2 "%.0f"
# The widest line is drawn first: of equal sizes each is seen. A name stands where there is room.
far(slots) = log(slots / smallest) > 0.6 * log(1. * largest / smallest)
do for [k = 1:3] {
	slots = k == 1 ? stock_slots : k == 2 ? module_slots : today
	name = k == 1 ? "enough (stock)" : k == 2 ? "enough (xen_swiotlb)" : "today"
	color = k == 1 ? "#dd8833" : k == 2 ? series_color[2] : "#444444"
	line_lw = k == 1 ? 4 : k == 2 ? 2 : 1
	line_dt = k == 3 ? 2 : 1
	row = 0.85 + 0.06 * (k - 1)
	if (slots > 0) {
		set arrow k from slots, graph 0 to slots, graph 1 nohead lc rgb color lw line_lw dt line_dt
		if (far(1. * slots)) {
			set label k name." " at slots, graph row right front textcolor rgb color
		} else {
			set label k " ".name at slots, graph row left front textcolor rgb color
		}
	}
}
shown(failed) = failed > 0 ? failed : none
plot file using 2:(of("stock", shown($3))) with linespoints pt 7 ps 0.7 lc rgb series_color[1], \
     file using 2:(of("module", shown($3))) with linespoints pt 4 ps 1.1 lc rgb series_color[2], \
     file using 2:5 axes x1y2 with points pt 2 ps 0.8 lc rgb series_color[3]
