# SPDX-License-Identifier: GPL-2.0-only
# Lays out one panel a load, three in a row, below the head.
#
# Set before: panel_head, mark.

panels = |panel_head|
columns = panels < 3 ? panels : 3
rows = (panels + columns - 1) / columns
panel_width = 330.
panel_height = 270.
width = int(panel_width * columns > 760 ? panel_width * columns : 760)
panel_width = 1. * width / columns
head = mark eq "" ? 76 : 98
height = int(head + panel_height * rows)

# Margins of panel i, counted from 1, as shares of the picture.
left(i) = (((i - 1) % columns) * panel_width + 78) / width
right(i) = (((i - 1) % columns) * panel_width + panel_width - 16) / width
top(i) = 1 - (head + ((i - 1) / columns) * panel_height + 34) / height
bottom(i) = 1 - (head + ((i - 1) / columns) * panel_height + panel_height - 48) / height
