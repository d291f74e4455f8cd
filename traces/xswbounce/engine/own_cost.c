// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tool itself costs.
 *
 * The kernel counts the runs of BPF programs and their time only while someone asks for that, and
 * the asking costs: two clocks for each run. So it is asked for a moment, soon after the begin and
 * then ever more seldom, while the load is on; the mean of these samples is the time for one run.
 * The trampoline that calls the program is not in it.
 */
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "engine/own_cost.h"

#define SAMPLE 0.02 /* seconds */
#define FIRST  0.25 /* after the begin; the verdict times calls from 0.5 to between 0.6 and 1.5 */
#define SECOND 2.0  /* the next after twice as long */

static double loading, begun;
static double next, sample_began, sampled;
static int asking = -1, samples;
static unsigned long long runs_before, ns_before, runs, ns;

static double cpu_time(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_utime.tv_sec + u.ru_stime.tv_sec +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

void own_cost_begin(void)
{
	loading = cpu_time();
	begun = now();
	next = begun + FIRST;
}

/* Runs and nanoseconds of every program that this process holds open. */
static void programs(unsigned long long *runs, unsigned long long *ns)
{
	struct bpf_prog_info info;
	__u32 size;
	int fd;

	*runs = *ns = 0;
	for (fd = 3; fd < 256; fd++) {
		size = sizeof(info);
		info = (struct bpf_prog_info){};
		if (bpf_obj_get_info_by_fd(fd, &info, &size))
			continue;
		*runs += info.run_cnt;
		*ns += info.run_time_ns;
	}
}

static void begin_sample(void)
{
	asking = bpf_enable_stats(BPF_STATS_RUN_TIME);
	next = asking < 0 ? INFINITY : now() + SAMPLE;
	programs(&runs_before, &ns_before);
	sample_began = now();
}

static void end_sample(void)
{
	unsigned long long runs_now, ns_now;

	programs(&runs_now, &ns_now);
	sampled += now() - sample_began;
	runs += runs_now - runs_before;
	ns += ns_now - ns_before;
	samples++;
	close(asking);
	asking = -1;
	next = begun + fmax(SECOND, 2 * (now() - begun));
}

double own_cost_due(void)
{
	return fmax(next - now(), 0.001);
}

void own_cost_look(void)
{
	if (now() < next)
		return;
	if (asking < 0)
		begin_sample();
	else
		end_sample();
}

void own_cost_print(void)
{
	double ran = now() - begun, cpu = cpu_time() - loading;
	struct rusage u;

	if (asking >= 0)
		end_sample();
	getrusage(RUSAGE_SELF, &u);
	fprintf(stderr,
		"xswbounce: own cost: %.2f s of CPU in %.1f s (and %.2f s to load), %ld MiB of memory",
		cpu, ran, loading, u.ru_maxrss >> 10);
	if (runs)
		fprintf(stderr,
			"; in the kernel %.0f ns a probe, %.2f %% of one CPU, sampled %.2f s",
			(double)ns / runs, ns / sampled / 1e7, sampled);
	else if (samples)
		fprintf(stderr, "; in the kernel nothing: no probe was hit in the %.2f s sampled",
			sampled);
	else
		fputs("; in the kernel: not known, it ran too short for a sample", stderr);
	fputc('\n', stderr);
}
