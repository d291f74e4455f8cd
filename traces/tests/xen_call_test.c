// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why Xen can't be asked: of xen_call.c, and of what asks by it, where the device can't be opened
 * or no page be had.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/xen_call.h"
#include "engine/xen_heap.h"
#include "engine/xen_order.h"
#include "ok.h"

static int open_error, page_error; /* 0: it is opened, and had */

int __wrap_open(const char *path, int flags, ...)
{
	(void)flags;
	errno = strcmp(path, "/dev/xen/privcmd") ? ENOENT : open_error;
	return errno ? -1 : 1000; /* no call goes there */
}

int __wrap_close(int fd)
{
	(void)fd;
	errno = EIO;
	return -1;
}

void *__wrap_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
	static char page[XEN_CALL_PAGE] __attribute__((aligned(8)));

	(void)at, (void)size, (void)prot, (void)flags, (void)fd, (void)offset;
	errno = page_error;
	return page_error ? MAP_FAILED : page;
}

int __wrap_munmap(void *at, size_t size)
{
	(void)at, (void)size;
	return 0;
}

static void ok_error(int error, const char *name)
{
	struct xen_order order;
	struct xen_heap heap;
	struct xen_call c;

	errno = 0;
	ok(!xen_call_open(&c) && errno == error, name);
	xen_heap_look(&heap, 32);
	ok(!heap.told && heap.error == error, "  so what Xen has free can't be asked");
	xen_order_look(&order, true, false);
	ok(!order.told && order.error == error && order.most == 18, "  nor its command line");
}

int main(void)
{
	struct xen_order order;
	struct xen_heap heap;

	open_error = ENXIO;
	ok_error(ENXIO, "the device can't be opened");
	open_error = 0;
	page_error = EAGAIN;
	ok_error(EAGAIN, "no page can be had, whatever the device's end says");
	page_error = 0;
	xen_heap_look(&heap, 32);
	ok(!heap.told && !heap.error, "Xen can be asked, and refuses");
	xen_order_look(&order, true, false);
	ok(!order.told && !order.error, "  each answer");
	return done_testing();
}
