# SPDX-License-Identifier: GPL-2.0-only
# Slots in use over time, with the pool of today and those that are enough drawn in.
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
set rmargin at screen 0.725
set tmargin at screen y_at(70)
set bmargin at screen 60. / height
set xlabel time_unit
set ylabel "slots of 2 KiB"
set xrange [0:length]
set yrange [0:top]
set format y "%.0f"
# The widest line is drawn first: of equal sizes each is seen.
do for [row = 1:3] {
	do for [k = 1:nr_lines] {
		line_lw = line_width[k]
		line_dt = line_lw == 1 ? 2 : 1
		slots = line_slots[k]
		if (line_lw == int(word("5 2 1", row)) && slots <= top) {
			set arrow 10 * row + k from graph 0, first slots to graph 1, first slots nohead \
				lc rgb line_color[k] lw line_lw dt line_dt front
		}
	}
}
do for [k = 1:nr_lines] {
	set label k line_name[k] at graph 1.015, graph line_at[k] left front textcolor rgb line_color[k]
}
plot data."/pool_time.dat" using 1:2 with fillsteps lc rgb "#7799cc", \
     data."/pool_time.dat" using 1:2 with steps lc rgb "#335588" lw 1.2
