// SPDX-License-Identifier: GPL-2.0-only
/* What the defragmenter does, and how its last run ended: from the files of its module. */
#include <stdio.h>
#include <string.h>

#include "engine/defrag.h"
#include "engine/host.h"

#define FILES "/sys/devices/platform/xen_swiotlb_defrag/"

/* Return: false if there is no such file. */
static bool word_of(const char *path, char word[32])
{
	FILE *f = fopen(path, "r");
	bool read = f && fscanf(f, "%31s", word) == 1;

	if (f)
		fclose(f);
	return read;
}

void defrag_look(struct defrag *d)
{
	char state[32] = "idle", result[32] = "none";

	memset(d, 0, sizeof(*d));
	d->loaded = word_of(FILES "state", state);
	if (!d->loaded)
		return;
	word_of(FILES "result", result);
	d->background = host_number(FILES "background");
	d->runs = strcmp(state, "idle") && strcmp(state, "background");
	d->nothing_left = !strcmp(result, "done") && !host_number(FILES "hot_found");
	d->width = host_number(FILES "width");
}
