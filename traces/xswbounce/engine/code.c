// SPDX-License-Identifier: GPL-2.0-only
/* How long functions of the kernel are. */
#include <stdlib.h>
#include <string.h>

#include "engine/code.h"
#include "engine/probe.h"

/* "xen_swiotlb_map_sg+0x0/0xd5": the last number is its size. */
void code_measure(struct xb_code *code)
{
	const char *size = strrchr(code->shown, '/');

	code->size = size ? strtoull(size + 1, NULL, 16) : 0;
}

void code_find(struct xb_code *codes, int n, struct bpf_program *find)
{
	int i;

	probe_run(find);
	for (i = 0; i < n; i++)
		code_measure(&codes[i]);
}
