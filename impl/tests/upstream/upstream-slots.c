// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the upstream scheme answers to a sequence of requests: a line a map, as dmabench prints it.
 *
 *   upstream-slots SLOTS FIRST BUS < requests     'map ID SIZE DIR [OFFSET]', 'unmap ID', 'leak
 * ID', 'min_align MASK', 'boundary MASK'; others are ignored SLOTS: of the pool, one area.  FIRST:
 * the slot that the first map got on the real one, BUS: its address. Prints 'ID SLOT' or 'ID
 * failed'.
 */
#include <stdio.h>
#include <stdlib.h>

#include "baseline.h"

#define IDS 65536

static struct {
	struct xsw_request r;
	u32 slot;
	bool live;
} map[IDS];

static u64 min_align, boundary = ~0ULL;

static void do_map(struct xsw_baseline *b, u32 id, u32 size, u64 offset)
{
	enum xsw_fail why;

	/* the buffer begins on a page; address 0 means 'none' to the scheme */
	map[id].r = (struct xsw_request){ .orig = (1ULL << 33) + offset,
					  .min_align_mask = min_align,
					  .boundary_mask = boundary,
					  .size = size };
	map[id].slot = xsw_baseline_claim(b, &map[id].r, &why);
	map[id].live = map[id].slot != XSW_SLOTS_NONE;
	if (map[id].live)
		printf("%u %u\n", id, map[id].slot);
	else
		printf("%u failed\n", id);
}

static void do_line(struct xsw_baseline *b, const char *line)
{
	unsigned int id, size;
	unsigned long long value = 0;
	char dir[8];

	if (sscanf(line, "map %u %u %7s %llu", &id, &size, dir, &value) >= 3 && id < IDS) {
		do_map(b, id, size, value);
	} else if (sscanf(line, "unmap %u", &id) == 1 && id < IDS && map[id].live) {
		xsw_baseline_release(b, map[id].slot, &map[id].r);
		map[id].live = false;
	} else if (sscanf(line, "min_align %lli", (long long *)&value) == 1) {
		min_align = value;
	} else if (sscanf(line, "boundary %lli", (long long *)&value) == 1) {
		boundary = value;
	}
}

int main(int argc, char **argv)
{
	struct xsw_baseline *b;
	char line[128];
	u32 first;
	u64 bus;

	if (argc != 4) {
		fprintf(stderr, "usage: upstream-slots SLOTS FIRST BUS < requests\n");
		return 2;
	}
	b = xsw_baseline_open((u32)atoi(argv[1]), 1);
	if (!b) {
		fprintf(stderr, "upstream-slots: no memory for %s slots\n", argv[1]);
		return 1;
	}
	first = (u32)atoi(argv[2]);
	bus = strtoull(argv[3], NULL, 0) - (u64)first * XSW_SLOT_SIZE;
	xsw_baseline_locate(b, bus, first);
	while (fgets(line, sizeof(line), stdin))
		do_line(b, line);
	xsw_baseline_close(b);
	return 0;
}
