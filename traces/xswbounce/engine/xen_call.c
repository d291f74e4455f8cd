// SPDX-License-Identifier: GPL-2.0-only
/* Questions to Xen: hypercalls from user space, through /dev/xen/privcmd. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/xen_call.h"

/* As Linux's xen/privcmd.h has it, which does not compile outside the kernel */
struct hypercall {
	uint64_t op, arg[5];
};
#define IOCTL_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct hypercall))

/* Xen reads and writes it by its address, so it has to stay where it is. */
static void *page_for_xen(void)
{
	int device = open("/dev/xen/hypercall", O_RDWR | O_CLOEXEC);
	void *page = MAP_FAILED;

	if (device >= 0) {
		page = mmap(NULL, XEN_CALL_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, device, 0);
		close(device);
	}
	if (page == MAP_FAILED)
		page = mmap(NULL, XEN_CALL_PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
	return page;
}

bool xen_call_open(struct xen_call *c)
{
	int err;

	c->privcmd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
	if (c->privcmd < 0)
		return false;
	c->page = page_for_xen();
	if (c->page != MAP_FAILED)
		return true;
	err = errno;
	close(c->privcmd);
	errno = err;
	return false;
}

void xen_call_close(struct xen_call *c)
{
	munmap(c->page, XEN_CALL_PAGE);
	close(c->privcmd);
}

bool xen_call(const struct xen_call *c, unsigned int op, uint64_t first, uint64_t second)
{
	struct hypercall call = { .op = op, .arg = { first, second } };

	return ioctl(c->privcmd, IOCTL_HYPERCALL, &call) >= 0;
}
