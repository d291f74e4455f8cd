# SPDX-License-Identifier: GPL-2.0-only
# Bounced bytes as a share of the bytes the load moved or of those mapped: a bar a device,
# environment and backend, a dot a counting round.

load vars
rows = |row_label|
width = 1000
head = mark eq "" ? 56 : 78
height = int(head + 12 + 26 * rows + 66)
mark_text = mark." machine: counts hold on any machine, times would not"
note = "bar: all counting rounds together   dot: a round"
load here."/picture.gp"

of(kind, value) = strcol(1) eq kind ? value : NaN
color(row) = int("0x".row_color[int(row)][2:*])

set lmargin at screen 0.30
set rmargin at screen 0.72
set tmargin at screen y_at(head + 12)
set bmargin at screen 66. / height
set yrange [rows + 0.6:0.4]
set ytics scale 0 ("" 0)
do for [r = 1:rows] {
	set ytics add (row_label[r] r)
	set label r row_count[r] at graph 1.02, first r left
}
do for [r = 2:rows] {
	if (row_device[r] ne row_device[r - 1]) {
		set arrow r from screen 0.01, first r - 0.5 to screen 0.99, first r - 0.5 nohead \
			lc rgb "#bbbbbb" lw 0.7
	}
}
unset grid
set grid x lc rgb "#dddddd" lt 1 lw 0.5
set xrange [0:top_share < 100 ? 104 : top_share * 1.04]
set xlabel "bounced bytes, % of the bytes the load moved, or of the bytes mapped where that is told"
file = data."/bounced.dat"
plot file using (0):(of("share", $4)):(0):3:($4 - 0.33):($4 + 0.33):(color($2)) \
		with boxxyerror lc rgb variable, \
     file using (of("round", $3)):4:(color($2)) with points pt 7 ps 0.8 lc rgb variable
