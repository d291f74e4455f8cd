// SPDX-License-Identifier: GPL-2.0-only
/* Which functions of the kernel call the one for a single buffer. */
#include <string.h>

#include "engine/callers.h"
#include "engine/code.h"
#include "engine/probe.h"
#include "say.h"

void callers_look(struct xb_caller *callers, struct bpf_program *find, struct bpf_program *look)
{
	int i;

	probe_run(find);
	for (i = 0; i < XB_CALLERS; i++)
		code_measure(&callers[i].code);
	probe_run(look);
	for (i = 0; i < XB_CALLERS && say_is_verbose(); i++)
		warn("%s calls the function for one buffer: %s", callers[i].code.shown,
		     callers[i].calls ? "yes" : "no");
}

/* Two engines of one tool may look at the same. */
void callers_warn(const struct xb_caller *callers, bool syncs)
{
	static const char *const what[XB_CALLERS] = {
		[XB_MAP_SG] = "maps", [XB_SYNC_SG_CPU] = "syncs", [XB_SYNC_SG_DEVICE] = "syncs"
	};
	static bool said[XB_CALLERS];
	int i;

	for (i = 0; i < XB_CALLERS; i++) {
		if (!what[i] || (i != XB_MAP_SG && !syncs) || !callers[i].code.size ||
		    callers[i].calls || said[i])
			continue;
		said[i] = true;
		warn("%s of lists of buffers, as disks make them, are not seen: this kernel was "
		     "compiled so that no program can hang on them (%s)",
		     what[i], callers[i].code.shown);
	}
}
