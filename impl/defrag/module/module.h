/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of xen_swiotlb_defrag.ko share.
 */
#ifndef XSW_DEFRAG_MODULE_H
#define XSW_DEFRAG_MODULE_H

#include <linux/types.h>

#include "../contiguity.h"
#include "../defrag.h"

#define XSW_DEFRAG_ABI 1

/**
 * struct xsw_service - the one thread that runs, and what the operator set and sees
 * @limits: of the next run; @background, @background_rate: run phase 2 by itself while straddling
 *          buffers bounce more than so many times a second
 * @run: this one, or the last; @job: what it does, XSW_JOB_NONE between runs; @ending: of the last
 * @runs: that have ended; @began_ns, @ended_ns: of the last
 * @before, @after: it, of all memory; not looked at by runs in the background
 */
struct xsw_service {
	struct xsw_limits limits;
	bool background;
	u64 background_rate;
	struct xsw_defrag run;
	enum xsw_job job;
	enum xsw_ending ending;
	u64 runs, began_ns, ended_ns;
	struct xsw_contiguity before, after;
};

extern struct xsw_service xsw_service;

/* thread.c */
int xsw_thread_start(void);
void xsw_thread_stop(void);
int xsw_run_start(enum xsw_job job); /* Return: 0, or -EBUSY: one goes on. */
void xsw_run_stop(void);
u64 xsw_thread_cpu_ns(void);

/*
 * notices.c: tells what went otherwise than asked for.  A run in the @background says nothing if
 * the one before it, in the background too, said the same.
 */
void xsw_tell_notices(const struct xsw_defrag *d, bool background);

/* straddles.c: buffers that bounced because they straddle; the kernel's own swiotlb-xen's ... */
int xsw_straddles_watch(void);
void xsw_straddles_forget(void);
u64 xsw_straddles(void);
u64 xsw_straddle_bytes(void);
u64 xsw_attached_straddles(void); /* of devices attached to xen_swiotlb.ko; 0 without it */

/* files.c */
int xsw_files_init(void);
void xsw_files_exit(void);

#endif /* XSW_DEFRAG_MODULE_H */
