// SPDX-License-Identifier: GPL-2.0-only
/* The layout of the module's trace events, from their format files. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "engine/layout.h"
#include "engine/probe.h"

#define FIELD(name)                                    \
	{                                              \
#name, offsetof(struct xb_event, name) \
	}
#define EVENT(name)                                     \
	{                                               \
#name, offsetof(struct xb_events, name) \
	}

struct entry {
	const char *name;
	size_t offset;
};

static const struct entry fields[] = {
	FIELD(domain), FIELD(bus_nr),  FIELD(devfn), FIELD(phys),         FIELD(dma_addr),
	FIELD(size),   FIELD(dir),     FIELD(attrs), FIELD(reason),       FIELD(slots),
	FIELD(ns),     FIELD(for_cpu), FIELD(fail),  FIELD(used),         FIELD(largest_free),
	FIELD(op),     FIELD(extents), FIELD(order), FIELD(address_bits), FIELD(exchanged),
	FIELD(rc),
};

static const struct entry names[] = {
	EVENT(map),   EVENT(unmap), EVENT(sync),     EVENT(full),
	EVENT(alloc), EVENT(free),  EVENT(exchange),
};

/* "	field:u64 dma_addr;	offset:24;	size:8;	signed:0;" */
static void read_field(char *line, struct xb_event *event)
{
	char *end = strstr(line, ";\toffset:"), *name;
	unsigned int offset, size;
	size_t i;

	if (!strstr(line, "field:") || !end ||
	    sscanf(end, ";\toffset:%u;\tsize:%u;", &offset, &size) != 2)
		return;
	*end = '\0';
	name = strrchr(line, ' ');
	for (i = 0; name && i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!strcmp(name + 1, fields[i].name)) {
			struct xb_field *field = (void *)((char *)event + fields[i].offset);

			field->offset = offset;
			field->size = size;
		}
	}
}

void layout_read(struct xb_events *events)
{
	char path[128], line[256];
	size_t i;
	FILE *f;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "xen_swiotlb/xsw_%s", names[i].name);
		f = probe_open_format(path);
		if (!f)
			continue;
		while (fgets(line, sizeof(line), f))
			read_field(line, (void *)((char *)events + names[i].offset));
		fclose(f);
	}
}
