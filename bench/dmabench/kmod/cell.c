// SPDX-License-Identifier: GPL-2.0-only
/*
 * One cell of the matrix, from its line of options to its line of JSON.
 *
 * Every thread is a kernel thread bound to its own CPU with its own buffers and samples. They
 * meet at a start line, measure, and are joined; their samples are then sorted together.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "bench.h"
#include "cell.h"
#include "options.h"

static const struct test *const tests[] = { &test_pair,     &test_split,   &test_burst,
					    &test_ring,     &test_handoff, &test_sync,
					    &test_coherent, &test_timer,   &test_check,
					    &test_memcpy,   &test_memset };
static const char *const test_words[] = { "pair",     "split", "burst", "ring",   "handoff", "sync",
					  "coherent", "timer", "check", "memcpy", "memset",  NULL };
static const char *const dir_words[] = { "to", "from", "both", NULL };
static const enum dma_data_direction dirs[] = { DMA_TO_DEVICE, DMA_FROM_DEVICE, DMA_BIDIRECTIONAL };
static const char *const reach_words[] = { "any", "near", "far", NULL };
static const char *const switch_words[] = { "off", "on", NULL };

#define CELL_NUMBER(member, least, most)                                                           \
	{                                                                                          \
		.key = #member, .offset = offsetof(struct cell, member), .min = least, .max = most \
	}
#define CELL_WORD(member, list)                                                        \
	{                                                                              \
		.key = #member, .offset = offsetof(struct cell, member), .words = list \
	}

static const struct option cell_options[] = { CELL_WORD(test, test_words),
					      CELL_NUMBER(size, 1, 4 << 20),
					      CELL_NUMBER(offset, 0, PAGE_SIZE - 1),
					      CELL_WORD(dir, dir_words),
					      CELL_NUMBER(mask, 24, 64),
					      CELL_NUMBER(min_align, 0, 65535),
					      CELL_WORD(reach, reach_words),
					      CELL_NUMBER(count, 1, 1000000),
					      CELL_NUMBER(warm, 0, 100000),
					      CELL_NUMBER(threads, 1, 1024),
					      CELL_NUMBER(depth, 1, 4096),
					      CELL_NUMBER(buffers, 1, 4096),
					      CELL_NUMBER(max_fails, 1, 1000000),
					      CELL_WORD(interrupts, switch_words),
					      CELL_NUMBER(walk, 0, 65536),
					      {} };

static const struct cell cell_defaults = { .size = 4096,
					   .mask = 32,
					   .warm = 64,
					   .threads = 1,
					   .depth = 32,
					   .buffers = 1,
					   .max_fails = 64 };

static int complain(struct bench *bench, int rc, const char *what)
{
	text_clear(&bench->cell_result);
	text_printf(&bench->cell_result, "{\"error\":\"%s\",\"errno\":%d}\n", what, -rc);
	return rc;
}

static int worker_main(void *data)
{
	struct worker *w = data;
	struct run *run = w->run;

	atomic_dec(&run->ready);
	while (atomic_read(&run->ready) && !READ_ONCE(run->stop)) {
		cpu_relax();
		cond_resched();
	}
	tests[run->cell.test]->measure(w);
	w->ended = ktime_get_raw_ns();
	w->began = w->began ?: w->ended;
	complete(&w->done);
	return 0;
}

bool worker_next(struct worker *w, unsigned int i)
{
	struct run *run = w->run;
	size_t at;

	if (i >= worker_total(w) && tests[run->cell.test]->per_group == 1)
		WRITE_ONCE(run->over, true);
	if (i >= worker_total(w) || READ_ONCE(run->over) || READ_ONCE(run->bench->leaving) ||
	    !worker_goes_on(w))
		return false;
	for (at = 0; at < (size_t)run->cell.walk << 10; at += L1_CACHE_BYTES)
		READ_ONCE(w->walked[at]);
	if (worker_counts(w, i) && !w->began)
		w->began = ktime_get_raw_ns();
	return true;
}

static int worker_init(struct worker *w, struct run *run, unsigned int number, unsigned int cpu)
{
	const struct cell *cell = &run->cell;
	const struct test *test = tests[cell->test];
	int rc;

	w->run = run;
	w->dev = run->bench->dev;
	w->number = number;
	w->cpu = cpu;
	init_completion(&w->done);
	rc = samples_init(&w->first, cell->count) ?: samples_init(&w->second, cell->count);
	rc = rc ?: samples_init(&w->fails, min(cell->count, cell->max_fails));
	if (!rc && cell->walk) {
		w->walked = kvzalloc_node((size_t)cell->walk << 10, GFP_KERNEL, cpu_to_mem(cpu));
		rc = w->walked ? 0 : -ENOMEM;
	}
	if (rc || !test->maps)
		return rc;
	return buffers_get(&w->buffers, w->dev, cell->buffers, cell->offset + cell->size,
			   cell->reach, cpu);
}

static void worker_release(struct worker *w)
{
	buffers_put(&w->buffers);
	samples_free(&w->first);
	samples_free(&w->second);
	samples_free(&w->fails);
	kvfree(w->walked);
}

static int workers_start(struct worker *w, unsigned int n, struct run *run)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		w[i].task = kthread_create(worker_main, &w[i], "dmabench/%u", w[i].cpu);
		if (IS_ERR(w[i].task))
			break;
		get_task_struct(w[i].task);
		kthread_bind(w[i].task, w[i].cpu);
	}
	if (i == n) {
		atomic_set(&run->ready, n);
		while (i)
			wake_up_process(w[--i].task);
		return 0;
	}
	while (i) {
		i--;
		kthread_stop(w[i].task);
		put_task_struct(w[i].task);
	}
	return -ENOMEM;
}

static int workers_join(struct worker *w, unsigned int n, struct run *run)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; i < n; i++) {
		if (!rc && wait_for_completion_killable(&w[i].done)) {
			rc = -EINTR;
			WRITE_ONCE(run->stop, true);
		}
		if (rc)
			wait_for_completion(&w[i].done);
	}
	for (i = 0; i < n; i++) {
		kthread_stop(w[i].task);
		put_task_struct(w[i].task);
		if (!rc)
			rc = w[i].error;
	}
	return rc;
}

/* Fold all workers into the first. */
static int workers_merge(struct worker *w, unsigned int n)
{
	struct worker all = w[0];
	unsigned int i, p, room = 0;

	for (i = 0; i < n; i++)
		room += max(w[i].first.room, w[i].fails.room);
	if (samples_init(&all.first, room) || samples_init(&all.second, room) ||
	    samples_init(&all.fails, room)) {
		samples_free(&all.first);
		samples_free(&all.second);
		samples_free(&all.fails);
		return -ENOMEM;
	}
	for (i = 0; i < n; i++) {
		samples_merge(&all.first, &w[i].first);
		samples_merge(&all.second, &w[i].second);
		samples_merge(&all.fails, &w[i].fails);
		all.began = min(all.began, w[i].began);
		all.ended = max(all.ended, w[i].ended);
		if (!i)
			continue;
		all.tries += w[i].tries;
		all.served += w[i].served;
		all.checked += w[i].checked;
		all.wrong += w[i].wrong;
		all.reused += w[i].reused;
		all.copied_in += w[i].copied_in;
		for (p = 0; p < ROUTES; p++)
			all.routes[p] += w[i].routes[p];
	}
	samples_free(&w[0].first);
	samples_free(&w[0].second);
	samples_free(&w[0].fails);
	w[0] = all;
	return 0;
}

/*
 * Where it was measured: the CPUs of the threads, the nodes whose memory they ask for, the device's
 * node. Near memory of a narrow mask may be another node's, see buffers_get().
 */
static void describe_place(struct bench *bench, const struct worker *w, unsigned int n)
{
	struct text *t = &bench->cell_result;
	unsigned int i;

	text_printf(t, ",\"cpus\":[");
	for (i = 0; i < n; i++)
		text_printf(t, "%s%u", i ? "," : "", w[i].cpu);
	text_printf(t, "],\"nodes\":[");
	for (i = 0; i < n; i++)
		text_printf(t, "%s%d", i ? "," : "", cpu_to_mem(w[i].cpu));
	text_printf(t, "],\"device_node\":%d", dev_to_node(bench->dev));
}

static void describe(struct bench *bench, const struct cell *c, struct worker *w)
{
	const struct test *test = tests[c->test];
	struct text *t = &bench->cell_result;
	int p;

	text_printf(t, "{\"test\":\"%s\",\"size\":%u,\"offset\":%u,\"dir\":\"%s\",\"mask\":%u",
		    test->name, c->size, c->offset, dir_words[c->dir], c->mask);
	text_printf(t, ",\"min_align\":%u,\"reach\":\"%s\",\"threads\":%u,\"depth\":%u",
		    c->min_align, reach_words[c->reach], c->threads, c->depth);
	text_printf(t, ",\"buffers\":%u,\"walk\":%u,\"tries\":%u,\"served\":%u,\"elapsed_ns\":%llu",
		    c->buffers, c->walk, w->tries, w->served, w->ended - w->began);
	describe_place(bench, w, c->threads);
	for (p = 0; p < ROUTES; p++)
		text_printf(t, ",\"%s\":%u", route_names[p], w->routes[p]);
	text_printf(t, ",\"checked\":%u,\"wrong\":%u,\"reused\":%u,\"copied_in\":%u,\"ops\":[",
		    w->checked, w->wrong, w->reused, w->copied_in);
	samples_describe(&w->first, test->first, t);
	if (test->second) {
		text_printf(t, ",");
		samples_describe(&w->second, test->second, t);
	}
	text_printf(t, "],\"fails\":");
	samples_describe(&w->fails, "fail", t);
	text_printf(t, "}\n");
}

static int run_workers(struct run *run)
{
	struct bench *bench = run->bench;
	unsigned int n = run->cell.threads, i;
	struct worker *w;
	int rc = 0;

	w = kcalloc(n, sizeof(*w), GFP_KERNEL);
	if (!w)
		return complain(bench, -ENOMEM, "no memory for the threads");
	cpus_read_lock(); /* no thread's CPU goes away under it */
	if (n > num_online_cpus())
		rc = -ENODEV;
	for (i = 0; i < n && !rc; i++)
		rc = worker_init(&w[i], run, i, nearest_cpu(bench->dev, i));
	if (rc == -ERANGE)
		complain(bench, rc, "found no memory that the device reaches (near) or not (far)");
	else if (rc)
		complain(bench, rc,
			 rc == -ENODEV ? "fewer CPUs than threads"
				       : "no memory for buffers and samples on the CPU's node");
	if (!rc) {
		rc = workers_start(w, n, run);
		rc = rc ?: workers_join(w, n, run);
		rc = rc ?: (READ_ONCE(bench->leaving) ? -EINTR : workers_merge(w, n));
		if (rc)
			complain(bench, rc, rc == -EINTR ? "interrupted" : "the test failed");
		else
			describe(bench, &run->cell, w);
	}
	cpus_read_unlock();
	for (i = 0; i < n; i++)
		worker_release(&w[i]);
	kfree(w);
	return rc;
}

/* Memory that all threads of a cell take together. */
static u64 bytes_wanted(const struct cell *c, const struct test *test)
{
	/* three sets of samples, and once more where all threads' come together */
	u64 each = ((u64)c->walk << 10) + 6ULL * c->count * sizeof(u64);

	if (test->maps)
		each += (u64)c->buffers * (PAGE_SIZE << get_order(c->offset + c->size));
	if (test->takes)
		each += test->takes(c);
	return each * c->threads;
}

static int prepare_device(struct run *run)
{
	struct device *dev = run->bench->dev;

	dma_set_min_align_mask(dev, run->cell.min_align);
	return dma_set_mask_and_coherent(dev, DMA_BIT_MASK(run->cell.mask));
}

int cell_run(struct bench *bench, char *line)
{
	struct run run = { .bench = bench, .cell = cell_defaults };
	const struct test *test;
	int rc;

	text_clear(&bench->cell_result);
	rc = options_read(line, cell_options, &run.cell, &bench->cell_result);
	if (rc)
		return rc;
	test = tests[run.cell.test];
	if (!run.cell.count)
		run.cell.count = test->default_count;
	run.dir = dirs[run.cell.dir];
	if (run.cell.threads % test->per_group)
		return complain(bench, -EINVAL, "this test needs an even number of threads");
	if (test->refuses && test->refuses(&run.cell))
		return complain(bench, -EINVAL, test->refuses(&run.cell));
	if (!memory_allows(bytes_wanted(&run.cell, test)))
		return complain(bench, -ENOMEM, "it wants more than half of the free memory");
	rc = prepare_device(&run);
	if (rc)
		return complain(bench, rc, "the backend refuses this mask");
	return run_workers(&run);
}
