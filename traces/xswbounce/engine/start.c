// SPDX-License-Identifier: GPL-2.0-only
/* From programs that were opened and chosen to programs that run: alike for every set of them. */
#include <malloc.h>
#include <string.h>

#include "engine/probe.h"
#include "say.h"
#include "engine/start.h"

bool start_load(struct bpf_object_skeleton *programs, struct bpf_program *init)
{
	int err = bpf_object__load_skeleton(programs);

	if (err && probe_by_trial())
		return false;
	if (err)
		die("the kernel refused the BPF programs: %s (-v tells why)", strerror(-err));
	probe_run(init);
	return true;
}

void start_trim(void)
{
	malloc_trim(0);
}

bool start_attach(struct bpf_object_skeleton *programs)
{
	int err = bpf_object__attach_skeleton(programs);

	if (err && probe_by_trial())
		return false;
	if (err)
		die("can't attach the BPF programs: %s (-v tells why)", strerror(-err));
	start_trim();
	return true;
}
