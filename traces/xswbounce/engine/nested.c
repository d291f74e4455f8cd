// SPDX-License-Identifier: GPL-2.0-only
/* The programs that step in where the kernel leaves one out. */
#include <unistd.h>
#include <bpf/bpf.h>

#include "engine/nested.h"
#include "engine/probe.h"

#define TRIES 16 /* to read counts that fit together, should there be no loss */

/* Runs it for every program in the kernel. */
static void iterate(struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	char nothing[64];
	int fd;

	if (!link)
		return;
	fd = bpf_iter_create(bpf_link__fd(link));
	while (fd >= 0 && read(fd, nothing, sizeof(nothing)) > 0)
		;
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
}

void nested_watch(struct xb_watched watched[XB_MAX_WATCHED],
		  struct bpf_program *const firsts[XB_MAX_WATCHED],
		  struct bpf_program *read_offsets, struct bpf_program *find)
{
	int i;

	for (i = 0; i < XB_MAX_WATCHED; i++)
		if (firsts[i])
			watched[i].id = probe_info(firsts[i]).id;
	probe_run(read_offsets);
	iterate(find);
}

u64 nested_lost(const struct bpf_object *programs, const u64 *rescued,
		struct bpf_program *const *starts, int nr_starts, u64 *most)
{
	const volatile u64 *count = rescued;
	u64 missed, known;
	int tries = 0, i;

	/* what is missed first: of a call in between too little is told, not too much for ever */
	do {
		missed = probe_missed(programs);
		known = *count;
		for (i = 0; i < nr_starts; i++)
			known += probe_missed_by(starts[i]);
	} while (missed != known && ++tries < TRIES);
	if (missed > known && missed - known > *most)
		*most = missed - known;
	return *most;
}
