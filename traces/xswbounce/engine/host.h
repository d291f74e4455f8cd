/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine that is looked at: what kind of domain, which backend, which clock, which pools. */
#ifndef XB_HOST_H
#define XB_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/shared.h"

enum host_kind {
	HOST_NATIVE,
	HOST_PV, /* dom0 or a guest: the one kind where swiotlb-xen works */
	HOST_HVM,
	HOST_PVH,
};

struct host {
	enum host_kind kind;
	bool dom0;
	bool no_pool;   /* neither swiotlb nor the module keeps one: nothing can bounce */
	bool pool_told; /* the stock pool's size and use are: by debugfs, or by a program of ours */
	bool pci;       /* there is a PCI device */
	bool iommu;     /* the kernel drives an IOMMU, and bounces for devices it does not trust */
	bool clock_sticks; /* clocksource xen on more than one CPU: many latencies read 0 */
	int cpus;
	char release[64];
};

/* A pool's size and use in bytes; size 0: there is none, or nobody tells. */
struct pool {
	const char *backend;
	u64 size;
	u64 used;
	u64 largest; /* the largest free run; 0: not known */
	u64 high;    /* the most in use since boot, or since the module was loaded; 0: not known */
	/* of the module, beside its pool: for large maps, below 4 GiB; and coherent memory, which
	 * lies as low as devices want it */
	u64 reserve, coherent;
};

#define HOST_POOLS 2

void host_look(struct host *h);

/**
 * host_pools() - the stock pool, then the module's, as far as they exist
 * Return: their number.
 */
int host_pools(const struct host *h, struct pool pools[HOST_POOLS]);
void host_module_pool(struct pool *p); /* the module's alone; size 0 if it is not loaded */

void host_clock(char *name, size_t size);          /* the clocksource in use */
void host_xen_version(char *version, size_t size); /* "4.20.1", empty off Xen */
u64 host_low_free(void);           /* bytes of memory free below 4 GiB; ~0: not known */
u64 host_available(void);          /* bytes that may be had without swapping; ~0: not known */
u64 host_number(const char *path); /* what a file of one number says; 0 if it says none */

void host_command_line(char *line, size_t size); /* the kernel's, its beginning */

unsigned long long host_module_failures(void); /* mappings that failed, by its counters */
bool host_module_forces(void);                 /* are all of the module's mappings to bounce? */
bool host_has_module(void);                    /* is xen_swiotlb.ko loaded, now? */
const char *host_backend(const struct host *h);
const char *host_name(const struct host *h); /* "Xen PV dom0", "Xen HVM guest", "no Xen" ... */

/**
 * host_warn_iommu() - say it, once, if devices may bounce where no program hangs
 * @pool_map: a program hangs where the pool is asked for slots
 */
void host_warn_iommu(const struct host *h, bool pool_map);

/**
 * host_warn_growing() - say it if a pool can grow, of which only the first part is looked at
 */
void host_warn_growing(bool grows);

/**
 * host_needs_root() - end with one line if this is not root
 */
void host_needs_root(void);

#endif /* XB_HOST_H */
