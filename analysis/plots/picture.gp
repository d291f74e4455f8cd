# SPDX-License-Identifier: GPL-2.0-only
# What all pictures share: terminal, fonts, the head with title, legend and the 'emulated' mark.
#
# Set before: format (svg or png), output, width and height in pixels, title, mark, mark_text, note.

font = "DejaVu Sans"
if (format eq "svg") {
	set terminal svg noenhanced size width, height font font.",12" background "#ffffff" dynamic
} else {
	set terminal pngcairo noenhanced size width, height font font.",10" background "#ffffff"
}
set output output
set encoding utf8

ink = "#333333"
set border 3 lc rgb ink
set tics nomirror textcolor rgb ink
set grid lc rgb "#dddddd" lt 1 lw 0.5
set key off
set style fill solid 0.45 noborder

# Rows of the head, from the top, in pixels; what is drawn begins below.
head_title = 20
head_mark = 43
head_note = mark eq "" ? 43 : 65
head_legend = head_note + 22
y_at(pixels) = 1 - 1. * pixels / height

set label 1001 title at screen 14. / width, screen y_at(head_title) left front \
	font font.(format eq "svg" ? ",15" : ",12")
set label 1003 note at screen 14. / width, screen y_at(head_note) left front textcolor rgb "#666666"
if (mark ne "") {
	set label 1002 mark_text at screen 14. / width, screen y_at(head_mark) left front \
		textcolor rgb "#bb2200"
}
