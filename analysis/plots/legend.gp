# SPDX-License-Identifier: GPL-2.0-only
# The legend of a picture with series: in its head, where it covers no data.
#
# Set before: series_name, series_color; series_points, a list, where points are not all discs.

legend_x = 14.
do for [s = 1:|series_name|] {
	set label 1010 + s series_name[s] at screen (legend_x + 12) / width, screen y_at(head_legend) \
		left front point pt (exists("series_points") ? int(word(series_points, s)) : 7) ps 1 lc rgb series_color[s] offset 1, 0
	legend_x = legend_x + 40 + 7.5 * strlen(series_name[s])
}
