# SPDX-License-Identifier: GPL-2.0-only
# Makes a sequence of n map and unmap requests from the seed x: see sequence_text() in sequence.sh.

function draw(limit)
{
	# 1103515245 x exceeds the 53 bits of a double: multiplied in two parts
	x = ((int(x / 65536) * 1103515245 % 32768) * 65536 + (x % 65536) * 1103515245 + 12345) \
		% 2147483648
	return int(x / 256) % limit
}

BEGIN {
	live = maps = 0
	split("512 1522 2048 4096 6000 16384 65536 131072 262144", sizes)
	split("to from both", dirs)
	for (i = 0; i < n; i++) {
		if (live && draw(100) < 45) {
			at = draw(live)
			print "unmap " held[at]
			held[at] = held[--live]
			continue
		}
		size = sizes[1 + draw(9)]
		offset = draw(4) ? 0 : 16 * draw(256)
		print "map " maps, size, dirs[1 + draw(3)], offset
		held[live++] = maps++
	}
}
