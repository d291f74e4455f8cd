// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks Xen for its free memory by XEN_SYSCTL_availheap.
 *
 * A sysctl names the version of its interface, and each Xen takes its own alone; the layout of this
 * one is the same in all since 4.1. So versions are tried: one that is refused does nothing.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "engine/xen_call.h"
#include "engine/xen_heap.h"

#define HYPERCALL_SYSCTL 35
#define SYSCTL_AVAILHEAP 9
#define VERSION_FIRST    0x0a /* Xen 4.3 */
#define VERSION_LAST     0x30
#define ALL_WIDTHS       0
#define ALL_NODES        (-1)

/* As Xen's public/sysctl.h has it */
struct availheap {
	uint32_t cmd, version;
	uint32_t min_width, max_width;
	int32_t node;
	uint64_t bytes __attribute__((aligned(8)));
	uint8_t rest[104]; /* operands are 128 bytes */
};

static const unsigned int widths[XEN_HEAP_WIDTHS] = {
	24, 30, 32, 33, 34, 35, 36, 37, 38, 39, 40, 52
};

static bool ask(const struct xen_call *c, uint32_t version, unsigned int width,
		unsigned long long *bytes)
{
	struct availheap *question = c->page;

	memset(question, 0, sizeof(*question));
	question->cmd = SYSCTL_AVAILHEAP;
	question->version = version;
	question->max_width = width;
	question->node = ALL_NODES;
	if (!xen_call(c, HYPERCALL_SYSCTL, (uintptr_t)question, 0))
		return false;
	*bytes = question->bytes;
	return true;
}

static bool look(const struct xen_call *c, struct xen_heap *h, unsigned int width)
{
	unsigned long long now, below = 0;
	uint32_t version = VERSION_FIRST;
	int i;

	for (; !ask(c, version, ALL_WIDTHS, &h->all); version++)
		if (version == VERSION_LAST)
			return false;
	if (!ask(c, version, width, &h->low))
		return false;
	for (i = 0; i < XEN_HEAP_WIDTHS; i++) {
		if (!ask(c, version, widths[i], &now))
			return false;
		h->by_width[i].width = widths[i];
		h->by_width[i].bytes = now > below ? now - below : 0; /* it goes on meanwhile */
		below = now;
	}
	return true;
}

void xen_heap_look(struct xen_heap *h, unsigned int width)
{
	struct xen_call c;

	memset(h, 0, sizeof(*h));
	if (!xen_call_open(&c)) {
		h->error = errno;
		return;
	}
	h->told = look(&c, h, width);
	xen_call_close(&c);
}
