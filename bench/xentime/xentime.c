// SPDX-License-Identifier: GPL-2.0-only
/*
 * xentime: prints how long the vCPUs of this domain have run, in ns, as Xen accounts it.
 *
 * How this works.  A domain may ask Xen for the runstate of its own vCPUs, without a toolstack
 * and without a privilege: VCPUOP_get_runstate_info, part of Xen's stable interface for guests.
 * It is the same account that the toolstack prints, up to the instant of the call.  One
 * hypercall a vCPU, through /dev/xen/privcmd; its buffer is memory of /dev/xen/hypercall, which
 * the kernel never moves while Xen writes to it.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* The kernel's interface to hypercalls: uapi/xen/privcmd.h */
struct privcmd_hypercall {
	uint64_t op;
	uint64_t arg[5];
};
#define IOCTL_PRIVCMD_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct privcmd_hypercall))

/* Xen's interface to vCPUs: xen/interface/vcpu.h */
#define HYPERVISOR_VCPU_OP       24
#define VCPUOP_GET_RUNSTATE_INFO 4
struct vcpu_runstate_info {
	int state;
	uint64_t state_entry_time;
	uint64_t time[4]; /* running, runnable, blocked, offline */
};
#define RUNSTATE_RUNNING 0

static int must_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s (root in a Xen domain, modprobe xen-privcmd)", path);
	return fd;
}

/* Return: false when there is no vCPU of that number. */
static int ask(int privcmd, uint64_t vcpu, struct vcpu_runstate_info *state)
{
	struct privcmd_hypercall call = {
		.op = HYPERVISOR_VCPU_OP,
		.arg = { VCPUOP_GET_RUNSTATE_INFO, vcpu, (uintptr_t)state },
	};

	if (!ioctl(privcmd, IOCTL_PRIVCMD_HYPERCALL, &call))
		return 1;
	if (errno == ENOENT || (errno == EINVAL && vcpu))
		return 0;
	/* Xen lets every domain ask: the kernel blocks a guest's programs, since XSA-482. */
	if (errno == EPERM)
		errx(1, "the kernel blocks hypercalls of programs in a domU (XSA-482; booting with "
			"xen_privcmd.unrestricted=1 lifts that)");
	err(1, "Xen does not tell the time of vCPU %" PRIu64, vcpu);
}

int main(int argc, char **argv)
{
	struct vcpu_runstate_info *state;
	uint64_t ran = 0, vcpu;
	int privcmd;

	if (argc > 1) {
		fprintf(stderr,
			"usage: %s\nPrints how long all vCPUs of this domain have run, in ns.\n",
			argv[0]);
		return strcmp(argv[1], "--help") ? 2 : 0;
	}
	privcmd = must_open("/dev/xen/privcmd");
	state = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED,
		     must_open("/dev/xen/hypercall"), 0);
	if (state == MAP_FAILED)
		err(1, "no memory for hypercalls");
	for (vcpu = 0; ask(privcmd, vcpu, state); vcpu++)
		ran += state->time[RUNSTATE_RUNNING];
	printf("%" PRIu64 "\n", ran);
	return 0;
}
