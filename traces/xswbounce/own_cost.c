// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tool itself costs.
 *
 * The kernel counts the runs of BPF programs and their time only while someone asks for that, and
 * the asking costs: two clocks for each run. So it is asked for a moment, at the end; the mean of
 * that sample is the time for one run. The trampoline that calls the program is not in it.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "own_cost.h"

#define SAMPLE 0.2 /* seconds */

static double loading, begun;

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

void own_cost_print(void)
{
	unsigned long long runs[2], ns[2];
	double ran = now() - begun, cpu = cpu_time() - loading;
	struct timespec t = { .tv_nsec = SAMPLE * 1e9 };
	struct rusage u;
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	getrusage(RUSAGE_SELF, &u);
	fprintf(stderr,
		"xswbounce: own cost: %.2f s of CPU in %.1f s (and %.2f s to load), %ld MiB of memory",
		cpu, ran, loading, u.ru_maxrss >> 10);
	if (fd >= 0) {
		programs(&runs[0], &ns[0]);
		nanosleep(&t, NULL);
		programs(&runs[1], &ns[1]);
		close(fd);
		if (runs[1] > runs[0])
			fprintf(stderr,
				"; in the kernel %.0f ns a probe, %.2f %% of one CPU in the "
				"last %.1f s",
				(double)(ns[1] - ns[0]) / (runs[1] - runs[0]),
				(ns[1] - ns[0]) / SAMPLE / 1e7, SAMPLE);
		else
			fprintf(stderr,
				"; in the kernel nothing: no probe was hit in the last %.1f s",
				SAMPLE);
	}
	fputc('\n', stderr);
}
