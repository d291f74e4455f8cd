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

void part_switch(struct part *part, bool on)
{
	int i;

	if (part->on == on)
		return;
	part->on = on;
	for (i = 0; i < part->n; i++) {
		if (on) {
			part->links[i] = bpf_program__attach(part->programs[i]);
			if (!part->links[i])
				die("can't attach %s: %s", bpf_program__name(part->programs[i]),
				    strerror(errno));
		} else {
			bpf_link__destroy(part->links[i]);
			part->links[i] = NULL;
		}
	}
}
