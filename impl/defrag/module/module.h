/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of xen_swiotlb_defrag.ko share.
 */
#ifndef XSW_DEFRAG_MODULE_H
#define XSW_DEFRAG_MODULE_H

#include <linux/types.h>

#include "../contiguity.h"
#include "../defrag.h"

#define XSW_DEFRAG_ABI 3

/**
 * struct xsw_service - the one thread that runs, and what the operator set and sees
 * @limits: of the next run; @background, @background_rate: run phase 2 by itself while straddling
 *          buffers bounce more than so many times a second
 * @number: of the last run that the operator started, 0: none yet; @job: what it is to do or does,
 *          XSW_JOB_NONE once it has ended; @ending: of it, XSW_ENDED_NOT until then
 * @run: that run; @began_ns, @ended_ns: it; @before, @after: it, of all memory
 * @ended_s: when it ended, in seconds since boot, suspends included; holds while @job is none
 * @in_background: a run goes on that nobody started; @background_run: that, or the last such
 * @background_cured: hot blocks that those which have ended cured
 * @runs: that have ended, of both kinds
 */
struct xsw_service {
	struct xsw_limits limits;
	bool background;
	u64 background_rate;
	u64 number;
	enum xsw_job job;
	enum xsw_ending ending;
	struct xsw_defrag run;
	u64 began_ns, ended_ns;
	u64 ended_s;
	struct xsw_contiguity before, after;
	bool in_background;
	struct xsw_defrag background_run;
	u64 background_cured;
	u64 runs;
};

extern struct xsw_service xsw_service;

/* thread.c */
int xsw_thread_start(void);
void xsw_thread_stop(void);
int xsw_run_start(enum xsw_job job); /* Return: 0, or -EBUSY: the operator's last run goes on. */
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
