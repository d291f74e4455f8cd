// SPDX-License-Identifier: GPL-2.0-only
/*
 * The thread that runs: started by the operator or, in the background, by straddling buffers.  A
 * run of the operator's ends one in the background and takes its place.
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
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/isolation.h>
#include <linux/wait.h>

#include "../../core/tell.h"
#include "module.h"

#define BACK_OFF 10 /* seconds that the background waits after a run that cured nothing */

static DECLARE_WAIT_QUEUE_HEAD(wake);
static DEFINE_MUTEX(start_lock);
static struct task_struct *thread;
static bool stop;
static u64 paced_pages, paced_since_ns;

static bool is_to_stop(void)
{
	const struct xsw_service *s = &xsw_service;

	return READ_ONCE(stop) || kthread_should_stop() ||
	       (s->in_background && (!READ_ONCE(s->background) || READ_ONCE(s->job)));
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

/* Isolated CPUs (isolcpus=) are for programs that are not to be disturbed. */
static bool is_for_kernel_threads(unsigned int cpu)
{
	bool is;

	rcu_read_lock();
	is = housekeeping_test_cpu(cpu, HK_TYPE_DOMAIN);
	rcu_read_unlock();
	return is;
}

/*
 * The page allocator's lists of free pages of a CPU are emptied and filled on that CPU alone.  The
 * thread visits those that the operator lets it use and that are not isolated; where it runs, if
 * there is none.  Its affinity is only lent: it is as before when the steps are done.
 */
void xsw_on_each_cpu(void (*step)(void *), void *argument)
{
	cpumask_var_t allowed;
	unsigned int cpu;
	bool done = false;

	if (!alloc_cpumask_var(&allowed, GFP_KERNEL)) {
		step(argument);
		return;
	}
	cpumask_copy(allowed, &current->cpus_mask);
	for_each_cpu(cpu, allowed)
	{
		if (!cpu_online(cpu) || !is_for_kernel_threads(cpu) ||
		    set_cpus_allowed_ptr(current, cpumask_of(cpu)))
			continue;
		step(argument);
		done = true;
		try_to_freeze();
		if (is_to_stop())
			break;
	}
	set_cpus_allowed_ptr(current, allowed);
	free_cpumask_var(allowed);
	if (!done)
		step(argument);
}

/* xen/ tells the engine of each exchange; here that is the run. */
void xsw_tell(const struct xsw_event *e)
{
	struct xsw_service *s = &xsw_service;
	struct xsw_progress *p = &(s->in_background ? &s->background_run : &s->run)->progress;

	if (e->what != XSW_TOLD_EXCHANGED || !e->exchanged.asked)
		return;
	p->exchanges++;
	p->exchange_ns += e->exchanged.ns;
}

/* ---- runs ---- */

static void tell_ending(enum xsw_job job, enum xsw_ending ending)
{
	const struct xsw_service *s = &xsw_service;
	const struct xsw_progress *p = &s->run.progress;
	u64 ms = div64_u64(s->ended_ns - s->began_ns, NSEC_PER_MSEC);

	if (job != XSW_JOB_HOT)
		pr_info("%s in %llu ms: %llu of %llu scattered blocks of 2 MiB cured, %llu could "
			"not be emptied\n",
			xsw_ending_name(ending), ms, p->cured, p->scattered, p->busy);
	if (job != XSW_JOB_MOVABLE)
		pr_info("%s in %llu ms: %llu hot blocks cured in %llu passes, %llu scattered in the "
			"last\n",
			xsw_ending_name(ending), ms, p->hot_cured, p->passes, p->hot_found);
}

static enum xsw_ending do_run(struct xsw_defrag *d, enum xsw_job job)
{
	*d = (struct xsw_defrag){ .limits = xsw_service.limits };
	paced_pages = 0;
	paced_since_ns = ktime_get_ns();
	return xsw_defrag_run(d, job);
}

/* Who sees the end of a run may start the next one. */
static void finish(enum xsw_ending ending)
{
	struct xsw_service *s = &xsw_service;

	mutex_lock(&start_lock);
	WRITE_ONCE(s->ending, ending);
	smp_store_release(&s->job, XSW_JOB_NONE); /* who reads that it is idle reads its end */
	mutex_unlock(&start_lock);
}

static void run(enum xsw_job job)
{
	struct xsw_service *s = &xsw_service;
	enum xsw_ending ending;

	xsw_contiguity_look(&s->before);
	ending = do_run(&s->run, job);
	xsw_contiguity_look(&s->after);
	s->ended_ns = ktime_get_ns();
	s->ended_s = ktime_get_boottime_seconds();
	s->runs++;
	xsw_tell_notices(&s->run, false);
	tell_ending(job, ending);
	finish(ending);
}

/* Return: false if the operator has a run to be done first. */
static bool begin_in_background(void)
{
	struct xsw_service *s = &xsw_service;

	mutex_lock(&start_lock);
	if (!s->job) {
		stop = false;
		WRITE_ONCE(s->in_background, true);
	}
	mutex_unlock(&start_lock);
	return s->in_background;
}

/* Return: is there something to win soon? */
static bool run_in_background(void)
{
	struct xsw_service *s = &xsw_service;
	enum xsw_ending ending = do_run(&s->background_run, XSW_JOB_HOT);

	xsw_tell_notices(&s->background_run, true);
	s->background_cured += s->background_run.progress.hot_cured;
	s->runs++;
	WRITE_ONCE(s->in_background, false);
	return s->background_run.progress.hot_cured && ending != XSW_ENDED_PRESSED;
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
	if (begin_in_background() && !run_in_background())
		not_before_ns = ktime_get_ns() + BACK_OFF * NSEC_PER_SEC;
}

static int serve(void *unused)
{
	struct xsw_service *s = &xsw_service;

	set_freezable();
	while (!kthread_should_stop()) {
		wait_event_freezable_timeout(wake, READ_ONCE(s->job) || kthread_should_stop(), HZ);
		if (kthread_should_stop())
			break;
		if (READ_ONCE(s->job))
			run(s->job);
		else if (READ_ONCE(s->background))
			look_at_straddles();
	}
	return 0;
}

/* What tells of the run tells of no other before it: the thread may still end one in the
 * background.
 */
static void begin_anew(struct xsw_service *s)
{
	s->run = (struct xsw_defrag){ 0 };
	s->before = s->after = (struct xsw_contiguity){ 0 };
	s->began_ns = s->ended_ns = ktime_get_ns();
}

/* A run in the background ends when it sees the job, and the thread takes that up. */
int xsw_run_start(enum xsw_job job)
{
	struct xsw_service *s = &xsw_service;
	int err = 0;

	mutex_lock(&start_lock);
	if (s->job == XSW_JOB_NONE) {
		stop = false;
		WRITE_ONCE(s->ending, XSW_ENDED_NOT);
		WRITE_ONCE(s->number, s->number + 1);
		begin_anew(s);
		WRITE_ONCE(s->job, job);
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
