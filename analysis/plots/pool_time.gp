# SPDX-License-Identifier: GPL-2.0-only
# Slots in use over the time of a recording, with the pool of today and those that are enough drawn in.
#
# Set before: here, data, vars, format, output.

load vars
width = 760
height = 420
title = "Slots in use over time, the most in each interval"
mark = ""
note = "as recorded".(title_kernel eq "" ? "" : " on kernel ".title_kernel)
load here."/picture.gp"

set lmargin at screen 0.11
set rmargin at screen 0.80
set tmargin at screen y_at(70)
set bmargin at screen 60. / height
set xlabel "seconds"
set ylabel "slots of 2 KiB"
top = peak > 0 ? peak : 1
show(slots) = slots > 0 && slots < 8 * top
do for [k = 1:3] {
	slots = k == 1 ? today : k == 2 ? stock_slots : module_slots
	name = k == 1 ? "today" : k == 2 ? "stock" : "xen_swiotlb"
	color = k == 1 ? "#444444" : k == 2 ? "#bb5500" : "#0055bb"
	if (show(slots)) {
		set arrow k from graph 0, first slots to graph 1, first slots nohead lc rgb color dt 2
		set label k sprintf("%s: %d", name, slots) at graph 1.01, first slots left front \
			textcolor rgb color offset 0, (k == 1 ? 0.9 : k == 2 ? 0 : -0.9)
		top = slots > top ? slots : top
	}
}
set yrange [0:top * 1.1]
plot data."/pool_time.dat" using 1:2 with fillsteps lc rgb "#7799cc", \
     data."/pool_time.dat" using 1:2 with steps lc rgb "#335588" lw 1.2
