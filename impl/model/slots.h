/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slot interface that our pool and the upstream scheme stand behind, in user space.
 *
 * Micro-benchmark, replay and tests compare schemes through it: slots are numbered from 0 in a
 * pool of 2 MiB pieces that begins at bus address XSW_SLOTS_BUS.  No data is touched.  A claim is
 * made by the CPU that xsw_cpu() names.
 */
#ifndef XSW_SLOTS_H
#define XSW_SLOTS_H

#include "engine.h"

#define XSW_SLOTS_BUS  (1ULL << 30)
#define XSW_SLOTS_NONE (~0u)

struct xsw_request {
	u64 orig; /* physical address of the buffer: decides alignment */
	u64 mask; /* highest address that the device reaches; 0: all of the pool */
	u64 min_align_mask;
	u64 boundary_mask; /* ~0: none */
	u32 size;          /* bytes */
};

struct xsw_scheme {
	const char *name;
	/* a pool of @slots (a multiple of 1024); @areas: of the upstream scheme, a power of two */
	void *(*open)(u32 slots, u32 areas);
	void (*close)(void *pool);
	/* first slot of the run, or XSW_SLOTS_NONE and why */
	u32 (*claim)(void *pool, const struct xsw_request *r, enum xsw_fail *why);
	void (*release)(void *pool, u32 slot, const struct xsw_request *r);
	u32 (*used)(void *pool);
	/* slots of the longest free run that one mapping could get */
	u32 (*largest_free)(void *pool);
	/* what claims cost so far: slots looked at (upstream), claims that no hint served (ours) */
	u64 (*searched)(void *pool);
};

extern const struct xsw_scheme xsw_scheme_ours;     /* impl/model/ours.c */
extern const struct xsw_scheme xsw_scheme_upstream; /* impl/model/baseline.c */

#endif /* XSW_SLOTS_H */
