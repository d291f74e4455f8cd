// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks Xen for its free memory by XEN_SYSCTL_availheap.
 *
 * A sysctl names the version of its interface, and each Xen takes its own alone; the layout of this
 * one is the same in all since 4.1. So versions are tried: one that is refused does nothing.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/xen_heap.h"

#define PAGE             4096
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

/* As Linux's xen/privcmd.h has it, which does not compile outside the kernel */
struct hypercall {
	uint64_t op, arg[5];
};
#define IOCTL_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct hypercall))

struct line { /* to Xen */
	int privcmd;
	struct availheap *page;
	uint32_t version;
};

static const unsigned int widths[XEN_HEAP_WIDTHS] = {
	24, 30, 32, 33, 34, 35, 36, 37, 38, 39, 40, 52
};

static bool ask(struct line *l, unsigned int width, unsigned long long *bytes)
{
	struct hypercall call = { .op = HYPERCALL_SYSCTL, .arg = { (uintptr_t)l->page } };

	memset(l->page, 0, sizeof(*l->page));
	l->page->cmd = SYSCTL_AVAILHEAP;
	l->page->version = l->version;
	l->page->max_width = width;
	l->page->node = ALL_NODES;
	if (ioctl(l->privcmd, IOCTL_HYPERCALL, &call))
		return false;
	*bytes = l->page->bytes;
	return true;
}

/* Xen reads and writes it by its address, so it has to stay where it is. */
static void *page_for_xen(void)
{
	int device = open("/dev/xen/hypercall", O_RDWR | O_CLOEXEC);
	void *page = MAP_FAILED;

	if (device >= 0) {
		page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, device, 0);
		close(device);
	}
	if (page == MAP_FAILED)
		page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
	return page;
}

static bool look(struct line *l, struct xen_heap *h, unsigned int width)
{
	unsigned long long now, below = 0;
	int i;

	for (l->version = VERSION_FIRST; !ask(l, ALL_WIDTHS, &h->all); l->version++)
		if (l->version == VERSION_LAST)
			return false;
	if (!ask(l, width, &h->low))
		return false;
	for (i = 0; i < XEN_HEAP_WIDTHS; i++) {
		if (!ask(l, widths[i], &now))
			return false;
		h->by_width[i].width = widths[i];
		h->by_width[i].bytes = now > below ? now - below : 0; /* it goes on meanwhile */
		below = now;
	}
	return true;
}

void xen_heap_look(struct xen_heap *h, unsigned int width)
{
	struct line l = { .privcmd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC) };

	memset(h, 0, sizeof(*h));
	if (l.privcmd < 0)
		return;
	l.page = page_for_xen();
	if (l.page != MAP_FAILED) {
		h->told = look(&l, h, width);
		munmap(l.page, PAGE);
	}
	close(l.privcmd);
}
