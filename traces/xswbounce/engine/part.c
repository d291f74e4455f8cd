// SPDX-License-Identifier: GPL-2.0-only
/* Programs that are attached for a part of the time only. */
#include <errno.h>
#include <string.h>

#include "engine/part.h"
#include "say.h"

void part_add(struct part *part, struct bpf_program *program)
{
	if (part->n == PART_MOST)
		die("no room for program %s", bpf_program__name(program));
	bpf_program__set_autoattach(program, false);
	part->programs[part->n++] = program;
}

static void attach(struct part *part)
{
	int i;

	for (i = 0; i < part->n; i++) {
		part->links[i] = bpf_program__attach(part->programs[i]);
		if (!part->links[i])
			die("can't attach %s: %s", bpf_program__name(part->programs[i]),
			    strerror(errno));
	}
}

/* Each takes its time: what was attached last, and costs most calls, goes first. */
static void detach(struct part *part)
{
	int i;

	for (i = part->n - 1; i >= 0; i--) {
		bpf_link__destroy(part->links[i]);
		part->links[i] = NULL;
	}
}

void part_switch(struct part *part, bool on)
{
	if (part->on == on)
		return;
	part->on = on;
	(on ? attach : detach)(part);
}
