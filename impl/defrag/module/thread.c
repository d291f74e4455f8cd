// SPDX-License-Identifier: GPL-2.0-only
/*
 * The thread that runs: started by the operator or, in the background, by straddling buffers.
 *
 * It sleeps and freezes only between two steps of a run, when it holds no memory but what Xen is to
 * keep; so a domain is saved without waiting for a run's end.
 */
#define pr_fmt(fmt) "xen_swiotlb_defrag: " fmt

#include <linux/cpumask.h>
#include <linux/freezer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "../../core/tell.h"
#include "module.h"

#define BACK_OFF 10 /* seconds that the background waits after a run that cured nothing */

static DECLARE_WAIT_QUEUE_HEAD(wake);
static DEFINE_MUTEX(start_lock);
static struct task_struct *thread;
static bool stop;
static bool in_background; /* the thread's own */
static u64 paced_pages, paced_since_ns;

static bool is_to_stop(void)
{
	return READ_ONCE(stop) || kthread_should_stop() ||
	       (in_background && !READ_ONCE(xsw_service.background));
}

/* ---- what a run asks for ---- */

static bool sleep_ms(unsigned int ms)
{
	wait_event_freezable_timeout(wake, is_to_stop(), msecs_to_jiffies(ms));
	return !is_to_stop();
}

bool xsw_go_on(struct xsw_defrag *d, u64 pages)
{
	u64 rate = d->limits.pages_per_second, due_ns, now;

	cond_resched();
	try_to_freeze();
	paced_pages += pages;
	if (!rate)
		return !is_to_stop();
	due_ns = paced_since_ns + div64_u64(paced_pages * NSEC_PER_SEC, rate);
	for (now = ktime_get_ns(); now < due_ns && !is_to_stop(); now = ktime_get_ns())
		sleep_ms(min_t(u64, div64_u64(due_ns - now, NSEC_PER_MSEC) + 1, 1000));
	return !is_to_stop();
}

bool xsw_is_awaited(void)
{
	return is_to_stop() || freezing(current);
}

bool xsw_rest(void)
{
	return sleep_ms(250);
}

void xsw_on_each_cpu(void (*step)(void *), void *argument)
{
	cpumask_var_t allowed;
	unsigned int cpu;

	/* Where the thread may run is the operator's choice: it is only lent. */
	if (!alloc_cpumask_var(&allowed, GFP_KERNEL)) {
		step(argument);
		return;
	}
	cpumask_copy(allowed, &current->cpus_mask);
	for_each_online_cpu(cpu)
	{
		if (!set_cpus_allowed_ptr(current, cpumask_of(cpu)))
			step(argument);
		try_to_freeze();
		if (is_to_stop())
			break;
	}
	set_cpus_allowed_ptr(current, allowed);
	free_cpumask_var(allowed);
}

/* xen/ tells the engine of each exchange; here that is the run. */
void xsw_tell(const struct xsw_event *e)
{
	struct xsw_progress *p = &xsw_service.run.progress;

	if (e->what != XSW_TOLD_EXCHANGED)
		return;
	p->exchanges++;
	p->exchange_ns += e->exchanged.ns;
}

/* ---- runs ---- */

static void tell_ending(enum xsw_job job)
{
	const struct xsw_service *s = &xsw_service;
	const struct xsw_progress *p = &s->run.progress;
	u64 ms = div64_u64(s->ended_ns - s->began_ns, NSEC_PER_MSEC);

	if (job != XSW_JOB_HOT)
		pr_info("%s in %llu ms: %llu of %llu scattered blocks of 2 MiB cured, %llu could "
			"not be emptied\n",
			xsw_ending_name(s->ending), ms, p->cured, p->scattered, p->busy);
	if (job != XSW_JOB_MOVABLE)
		pr_info("%s in %llu ms: %llu hot blocks cured in %llu passes, %llu scattered in the "
			"last\n",
			xsw_ending_name(s->ending), ms, p->hot_cured, p->passes, p->hot_found);
}

static void run(enum xsw_job job, bool background)
{
	struct xsw_service *s = &xsw_service;
	enum xsw_ending ending;

	s->run = (struct xsw_defrag){ .limits = s->limits };
	s->began_ns = s->ended_ns = ktime_get_ns();
	in_background = background;
	paced_pages = 0;
	paced_since_ns = s->began_ns;
	if (!background)
		xsw_contiguity_look(&s->before);
	ending = xsw_defrag_run(&s->run, job);
	if (!background)
		xsw_contiguity_look(&s->after);
	s->ended_ns = ktime_get_ns();
	s->ending = ending;
	s->runs++;
	xsw_tell_notices(&s->run, background);
	if (!background)
		tell_ending(job);
}

/* Once a second.  A run that cured nothing, or ended at the floor, is not tried again at once. */
static void look_at_straddles(void)
{
	struct xsw_service *s = &xsw_service;
	static u64 last, last_ns, not_before_ns;
	u64 now = xsw_straddles() + xsw_attached_straddles(), now_ns = ktime_get_ns();
	u64 more = now > last ? now - last : 0; /* the other module may have gone */
	u64 rate = div64_u64(more * NSEC_PER_SEC, now_ns - last_ns + 1);

	last = now;
	last_ns = now_ns;
	if (rate < READ_ONCE(s->background_rate) || now_ns < not_before_ns)
		return;
	mutex_lock(&start_lock);
	if (s->job == XSW_JOB_NONE) {
		stop = false;
		s->job = XSW_JOB_HOT;
		mutex_unlock(&start_lock);
		run(XSW_JOB_HOT, true);
		WRITE_ONCE(s->job, XSW_JOB_NONE);
		if (!s->run.progress.hot_cured || s->ending == XSW_ENDED_PRESSED)
			not_before_ns = ktime_get_ns() + BACK_OFF * NSEC_PER_SEC;
		return;
	}
	mutex_unlock(&start_lock);
}

static int serve(void *unused)
{
	struct xsw_service *s = &xsw_service;

	set_freezable();
	while (!kthread_should_stop()) {
		wait_event_freezable_timeout(wake, READ_ONCE(s->job) || kthread_should_stop(), HZ);
		if (kthread_should_stop())
			break;
		if (READ_ONCE(s->job)) {
			run(s->job, false);
			WRITE_ONCE(s->job, XSW_JOB_NONE);
		} else if (READ_ONCE(s->background)) {
			look_at_straddles();
		}
	}
	return 0;
}

int xsw_run_start(enum xsw_job job)
{
	int err = 0;

	mutex_lock(&start_lock);
	if (xsw_service.job == XSW_JOB_NONE) {
		stop = false;
		/* run_ms may be read before the thread is awake */
		xsw_service.began_ns = ktime_get_ns();
		WRITE_ONCE(xsw_service.job, job);
		wake_up(&wake);
	} else {
		err = -EBUSY;
	}
	mutex_unlock(&start_lock);
	return err;
}

void xsw_run_stop(void)
{
	WRITE_ONCE(stop, true);
	wake_up(&wake);
}

u64 xsw_thread_cpu_ns(void)
{
	return READ_ONCE(thread->se.sum_exec_runtime);
}

int xsw_thread_start(void)
{
	thread = kthread_run(serve, NULL, "xsw_defrag");
	return PTR_ERR_OR_ZERO(thread);
}

void xsw_thread_stop(void)
{
	xsw_run_stop();
	kthread_stop(thread);
}
