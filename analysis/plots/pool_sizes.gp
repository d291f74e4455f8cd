# SPDX-License-Identifier: GPL-2.0-only
# Of the replay: the share of mappings that fail, and the peak, against the pool's size.
#
# Set before: here, data, vars, format, output.

load vars
width = 760
height = 520
title = "Mappings that fail, and the most slots in use, by size of the pool"
mark = ""
note = "replayed from a recording".(title_kernel eq "" ? "" : " of kernel ".title_kernel)
load here."/picture.gp"
array series_name[3] = ["stock", "xen_swiotlb", "most slots in use (right)"]
array series_color[3] = ["#bb5500", "#0055bb", "#777777"]
load here."/legend.gp"

file = data."/pool_sizes.dat"
of(name, value) = strcol(1) eq name ? value : NaN
set lmargin at screen 0.10
set rmargin at screen 0.88
set tmargin at screen y_at(105)
set bmargin at screen 64. / height
set border 11 lc rgb ink
set logscale x 2
set xlabel "slots of 2 KiB"
set ylabel "% of mappings that fail"
set yrange [0:*]
set y2label "slots in use at most"
set y2tics textcolor rgb ink
set y2range [0:*]
if (today > 0) {
	set arrow 1 from today, graph 0 to today, graph 1 nohead lc rgb "#444444" dt 2
	set label 1 " today" at today, graph 0.97 left front textcolor rgb "#444444"
}
if (stock_slots > 0) {
	set arrow 2 from stock_slots, graph 0 to stock_slots, graph 1 nohead lc rgb series_color[1] dt 3
	set label 2 " enough (stock)" at stock_slots, graph 0.91 left front textcolor rgb series_color[1]
}
if (module_slots > 0) {
	set arrow 3 from module_slots, graph 0 to module_slots, graph 1 nohead lc rgb series_color[2] dt 3
	set label 3 " enough (xen_swiotlb)" at module_slots, graph 0.85 left front \
		textcolor rgb series_color[2]
}
plot file using 2:(of("stock", 100. * $3 / ($4 > 0 ? $4 : 1))) with linespoints pt 7 ps 0.7 \
		lc rgb series_color[1], \
     file using 2:(of("module", 100. * $3 / ($4 > 0 ? $4 : 1))) with linespoints pt 5 ps 0.7 \
		lc rgb series_color[2], \
     file using 2:5 axes x1y2 with points pt 2 ps 0.8 lc rgb series_color[3]
