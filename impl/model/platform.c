// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine's platform in user space: memory, CPU numbers, RCU, time.
 */
#define _GNU_SOURCE
#include <linux/membarrier.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"

struct model_cpu model_cpus[MODEL_CPUS];
__thread size_t model_this_cpu;
u32 model_nr_cpus = MODEL_CPUS;
u64 model_ticks = 1;

static u64 cpus_taken;
static pthread_key_t cpu_key;
static pthread_once_t cpu_once = PTHREAD_ONCE_INIT;

static void give_cpu(void *number)
{
	xsw_fetch_and64(&cpus_taken, ~(1ULL << ((uintptr_t)number - 1)));
}

static void prepare(void)
{
	pthread_key_create(&cpu_key, give_cpu);
#ifndef MODEL_TSAN
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0)) {
		perror("membarrier: this kernel is too old for the model's RCU");
		exit(1);
	}
#endif
}

size_t model_take_cpu(void)
{
	u64 taken = READ_ONCE(cpus_taken);

	pthread_once(&cpu_once, prepare);
	for (;;) {
		u32 cpu;
		u64 seen;

		if (taken == ~0ULL) {
			fprintf(stderr, "model: more than %d threads\n", MODEL_CPUS);
			abort();
		}
		cpu = (u32)__builtin_ctzll(~taken);
		seen = xsw_cmpxchg64(&cpus_taken, taken, taken | 1ULL << cpu);
		if (seen == taken) {
			model_this_cpu = MODEL_CPU(cpu);
			pthread_setspecific(cpu_key, (void *)(uintptr_t)(cpu + 1));
			return model_this_cpu;
		}
		taken = seen;
	}
}

static void barrier_everywhere(void)
{
#ifndef MODEL_TSAN
	pthread_once(&cpu_once, prepare);
	syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
#endif
}

void xsw_rcu_synchronize(void)
{
	u32 cpu;

	barrier_everywhere();
	for (cpu = 0; cpu < MODEL_CPUS; cpu++) {
		u64 then = __atomic_load_n(&model_cpus[cpu].entered, __ATOMIC_SEQ_CST);

		while (then & 1 &&
		       __atomic_load_n(&model_cpus[cpu].entered, __ATOMIC_SEQ_CST) == then)
			sched_yield();
	}
	barrier_everywhere();
}

void *xsw_zalloc(size_t n)
{
	void *p;

	if (model_faults.fail_zalloc_at && !--model_faults.fail_zalloc_at)
		return NULL;
	n = (n + 63) & ~(size_t)63;
	p = aligned_alloc(64, n);
	if (!p)
		return NULL;
	__atomic_fetch_add(&model_counts.zallocs, 1, __ATOMIC_RELAXED);
	return memset(p, 0, n);
}

void xsw_free(void *p)
{
	if (p)
		__atomic_fetch_sub(&model_counts.zallocs, 1, __ATOMIC_RELAXED);
	free(p);
}

/* One copy a CPU; a few pages more than needed, but each at a known distance */
void *xsw_percpu_alloc(size_t size, size_t align)
{
	if (size > MODEL_PERCPU_SPACE || align > 64)
		return NULL;
	return xsw_zalloc((size_t)MODEL_CPUS * MODEL_PERCPU_SPACE);
}

void xsw_percpu_free(void *p)
{
	xsw_free(p);
}

u64 xsw_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000ULL + (u64)t.tv_nsec;
}
