// SPDX-License-Identifier: GPL-2.0-only
/* Which functions of the kernel call the one for a single buffer. */
#include <stdlib.h>
#include <string.h>

#include "engine/callers.h"
#include "engine/probe.h"
#include "say.h"

/* "xen_swiotlb_map_sg+0x0/0xd5": the last number is its size. */
static u64 size_shown(const char *shown)
{
	const char *size = strrchr(shown, '/');

	return size ? strtoull(size + 1, NULL, 16) : 0;
}

void callers_look(struct xb_caller *callers, struct bpf_program *find, struct bpf_program *look)
{
	int i;

	probe_run(find);
	for (i = 0; i < XB_CALLERS; i++)
		callers[i].size = size_shown(callers[i].shown);
	probe_run(look);
	for (i = 0; i < XB_CALLERS && say_is_verbose(); i++)
		warn("%s calls the function for one buffer: %s", callers[i].shown,
		     callers[i].calls ? "yes" : "no");
}

void callers_warn(const struct xb_caller *callers)
{
	static const char *const what[XB_CALLERS] = {
		[XB_MAP_SG] = "maps", [XB_SYNC_SG_CPU] = "syncs", [XB_SYNC_SG_DEVICE] = "syncs"
	};
	int i;

	for (i = 0; i < XB_CALLERS; i++)
		if (what[i] && callers[i].size && !callers[i].calls)
			warn("%s of lists of buffers, as disks make them, are not seen: this kernel "
			     "was compiled so that no program can hang on them (%s)",
			     what[i], callers[i].shown);
}
