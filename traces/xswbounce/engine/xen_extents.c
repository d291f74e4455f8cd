// SPDX-License-Identifier: GPL-2.0-only
/* What Xen answered when the defragmenter asked it for blocks: from the files of its module. */
#include <stdio.h>
#include <string.h>

#include "engine/host.h"
#include "engine/xen_extents.h"

#define FILES "/sys/devices/platform/xen_swiotlb_defrag/"

void xen_extents_look(struct xen_extents *e)
{
	FILE *f = fopen(FILES "xen_extents", "r");
	u64 taken, refused;
	int order;

	memset(e, 0, sizeof(*e));
	if (!f)
		return;
	while (fscanf(f, "order%d %llu %llu\n", &order, &taken, &refused) == 3) {
		if (order < 0 || order >= XB_ORDERS)
			continue;
		e->taken[order] = taken;
		e->refused[order] = refused;
	}
	fclose(f);
	e->width = host_number(FILES "width");
}
