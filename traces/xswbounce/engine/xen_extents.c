// SPDX-License-Identifier: GPL-2.0-only
/* What Xen answered when the defragmenter asked it for blocks: from the files of its module. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/host.h"
#include "engine/xen_extents.h"

#define FILES "/sys/devices/platform/xen_swiotlb_defrag/"

/* Return: in seconds since boot; 0: a run goes on, none has ended, or the module does not tell. */
static u64 run_ended(void)
{
	return host_number(FILES "run_ended_s");
}

static u64 since_boot(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec;
}

static bool read_orders(struct xen_extents *e)
{
	FILE *f = fopen(FILES "xen_extents", "r");
	u64 taken, refused;
	int order;

	if (!f)
		return false;
	while (fscanf(f, "order%d %llu %llu\n", &order, &taken, &refused) == 3) {
		if (order < 0 || order >= XB_ORDERS)
			continue;
		e->taken[order] = taken;
		e->refused[order] = refused;
	}
	fclose(f);
	return true;
}

void xen_extents_look(struct xen_extents *e)
{
	u64 ended = run_ended(), now = since_boot();

	memset(e, 0, sizeof(*e));
	if (!ended || ended > now || !read_orders(e))
		return;
	e->age = now - ended;
	e->width = host_number(FILES "run_width");
	e->kept = host_number(FILES "xen_kept");
	e->told = run_ended() == ended; /* else another one began meanwhile, or has ended */
}
