// SPDX-License-Identifier: GPL-2.0-only
/*
 * The micro-benchmark of the engine's slots against the upstream scheme, in one process.
 *
 * A cell (pattern, size, occupancy, layout, threads) is run in blocks in the order ours,
 * upstream, upstream, ours, so that a machine that grows slower meanwhile hurts both alike; its
 * figure is the median over the blocks.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"

static struct {
	u32 rounds; /* of four blocks */
	u64 ops;
	const char *only; /* a pattern */
	FILE *json;
	u32 count; /* one cell, once, for an instruction counter: this many operations */
	u32 size, percent;
	const char *scheme;
	bool quick;
} args = { .rounds = 5, .ops = 20000, .size = 4096, .scheme = "ours" };

struct figures {
	double ns, rate, share, least, greatest;
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(double *v, u32 n)
{
	qsort(v, n, sizeof(*v), by_value);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void side_open(struct side *s, const struct xsw_scheme *scheme, const struct cell *c)
{
	*s = (struct side){ .scheme = scheme, .pool = scheme->open(POOL_SLOTS, 2) };
	if (!s->pool) {
		fprintf(stderr, "core-bench: no memory for a pool\n");
		exit(1);
	}
	if (c->copy) {
		s->memory = aligned_alloc(4096, (size_t)POOL_SLOTS * XSW_SLOT_SIZE);
		memset(s->memory, 1, (size_t)POOL_SLOTS * XSW_SLOT_SIZE);
	}
	layout_hold(s, c->percent, c->layout);
}

static void side_close(struct side *s)
{
	layout_drop(s);
	s->scheme->close(s->pool);
	free(s->memory);
}

static u64 ops_for(const struct cell *c, struct side *s)
{
	struct block warm = run_block(s, c, 256);
	double budget = args.quick ? 1e6 : 3e6; /* ns a block */
	u64 ops = (u64)(budget / (warm.ns + 1));

	ops = min(max(ops, (u64)256), (u64)args.ops);
	return (ops + 31) / 32 * 32;
}

/* Both schemes on one cell, interleaved */
static void run_cell(const struct cell *c, struct figures f[2])
{
	const struct xsw_scheme *schemes[2] = { &xsw_scheme_ours, &xsw_scheme_upstream };
	static const u32 order[4] = { 0, 1, 1, 0 };
	double ns[2][2 * MAX_ROUNDS], rate[2][2 * MAX_ROUNDS], share[2] = { 0 };
	struct side s[2];
	u64 ops[2];
	u32 n[2] = { 0 }, k, round;

	for (k = 0; k < 2; k++) {
		side_open(&s[k], schemes[k], c);
		ops[k] = ops_for(c, &s[k]);
	}
	for (round = 0; round < args.rounds; round++) {
		for (k = 0; k < 4; k++) {
			u32 side = order[k];
			struct block b = run_block(&s[side], c, ops[side]);

			ns[side][n[side]] = b.ns;
			rate[side][n[side]++] = b.rate;
			share[side] = b.share;
		}
	}
	for (k = 0; k < 2; k++) {
		f[k].ns = median(ns[k], n[k]);
		f[k].least = ns[k][0];
		f[k].greatest = ns[k][n[k] - 1];
		f[k].rate = median(rate[k], n[k]);
		f[k].share = share[k];
		side_close(&s[k]);
	}
}

static double copy_floor(u32 size, bool cold)
{
	double v[9];
	u8 *to = buffers + BUFFERS_BYTES - (4u << 20);
	u32 k;

	for (k = 0; k < 9; k++) {
		u64 n = 4000000 / (size + 100) + 50, i, at = 0, began = xsw_now_ns();

		for (i = 0; i < n; i++) {
			xsw_copy(to, buffers + at, size);
			__asm__ volatile("" ::: "memory");
			if (cold) {
				at += size < 4096 ? 4096 : size;
				if (at + size > BUFFERS_BYTES - (4u << 20))
					at = 0;
			}
		}
		v[k] = (double)(xsw_now_ns() - began) / n;
	}
	return median(v, 9);
}

static void print_cell(const struct cell *c, const struct figures f[2])
{
	double floor = c->copy ? copy_floor(c->size, c->cold) : 0;

	printf("%-8s %8u %4u%% %-5s %u %2u%s%s %9.1f %9.1f %6.3f %9.1f %6.3f %7.2f",
	       pattern_names[c->pattern], c->size, c->percent, layout_name(c->layout),
	       c->layout / 3, c->threads, c->copy ? " copy" : "", c->cold ? " cold" : "", f[0].ns,
	       f[0].greatest, f[0].share, f[1].ns, f[1].share, f[1].ns / f[0].ns);
	if (c->copy)
		printf(" floor %.1f", floor);
	printf("\n");
	fflush(stdout);
	if (args.json)
		fprintf(args.json,
			"{\"pattern\":\"%s\",\"size\":%u,\"percent\":%u,\"mix\":\"%s\",\"layout\":%u,"
			"\"threads\":%u,\"copy\":%s,\"cold\":%s,\"ours_ns\":%.2f,\"ours_least\":%.2f,"
			"\"ours_greatest\":%.2f,\"ours_rate\":%.0f,\"ours_share\":%.4f,"
			"\"upstream_ns\":%.2f,\"upstream_rate\":%.0f,\"upstream_share\":%.4f,"
			"\"memcpy_ns\":%.2f}\n",
			pattern_names[c->pattern], c->size, c->percent, layout_name(c->layout),
			c->layout, c->threads, c->copy ? "true" : "false",
			c->cold ? "true" : "false", f[0].ns, f[0].least, f[0].greatest, f[0].rate,
			f[0].share, f[1].ns, f[1].rate, f[1].share, floor);
}

static void sweep(enum pattern pattern, u32 threads, bool copy, bool cold)
{
	static const u32 sizes[] = { 512, 2048, 4096, 16384, 65536, 262144, 2u << 20 };
	static const u32 percents[] = { 0, 50, 90, 95, 97, 100 };
	u32 i, k, l;

	if (args.only && strcmp(args.only, pattern_names[pattern]))
		return;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (k = 0; k < sizeof(percents) / sizeof(percents[0]); k++) {
			u32 layouts =
				percents[k] && percents[k] < 100 && !args.quick ? NR_LAYOUTS : 1;

			if ((pattern == FAILING) != (percents[k] == 100))
				continue;
			if (copy && percents[k] && percents[k] != 90)
				continue;
			for (l = 0; l < layouts; l++) {
				struct cell c = { pattern, sizes[i], percents[k], l,
						  threads, copy,     cold };
				struct figures f[2];

				run_cell(&c, f);
				print_cell(&c, f);
			}
		}
	}
}

static void print_failures(void)
{
	static const u32 cpus[] = { 1, 2, 16, MODEL_CPUS };
	struct failure f;
	u32 k;

	if (args.only && strcmp(args.only, pattern_names[FAILING]))
		return;
	printf("\na failing claim of 4096 bytes, ns: %20s %14s\n", "known", "proven anew");
	for (k = 0; k < sizeof(cpus) / sizeof(cpus[0]); k++) {
		if (!failure_cost(cpus[k], args.rounds, &f))
			return;
		printf("%2u possible CPUs %38.1f %14.1f\n", cpus[k], f.known, f.proof);
		if (args.json)
			fprintf(args.json,
				"{\"pattern\":\"drain\",\"size\":4096,\"cpus\":%u,"
				"\"known_ns\":%.2f,\"proof_ns\":%.2f}\n",
				cpus[k], f.known, f.proof);
	}
}

/* For an instruction counter: one side, one cell, a given number of operations */
static void run_counted(void)
{
	struct cell c = {
		.pattern = PAIR, .size = args.size, .percent = args.percent, .threads = 1
	};
	struct side s;

	side_open(&s, strcmp(args.scheme, "ours") ? &xsw_scheme_upstream : &xsw_scheme_ours, &c);
	run_block(&s, &c, args.count);
	side_close(&s);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	(void)state;
	switch (key) {
	case 'r':
		args.rounds = (u32)atoi(arg);
		break;
	case 'o':
		args.ops = (u64)atol(arg);
		break;
	case 'p':
		args.only = arg;
		break;
	case 'j':
		args.json = fopen(arg, "w");
		if (!args.json)
			argp_failure(state, 1, errno, "can't write %s", arg);
		break;
	case 'c':
		args.count = (u32)atoi(arg);
		break;
	case 's':
		args.size = (u32)atoi(arg);
		break;
	case 'f':
		args.percent = (u32)atoi(arg);
		break;
	case 'S':
		args.scheme = arg;
		break;
	case 'q':
		args.quick = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option options[] = {
	{ "rounds", 'r', "N", 0, "rounds of four blocks a cell (5)", 0 },
	{ "ops", 'o', "N", 0, "most operations a block (20000)", 0 },
	{ "pattern", 'p', "NAME", 0, "only this pattern", 0 },
	{ "json", 'j', "FILE", 0, "a line of JSON a cell", 0 },
	{ "quick", 'q', NULL, 0, "one layout, short blocks", 0 },
	{ "count", 'c', "N", 0, "one cell, N operations, no clock: for an instruction counter", 1 },
	{ "size", 's', "BYTES", 0, "with --count", 1 },
	{ "full", 'f', "PERCENT", 0, "with --count", 1 },
	{ "scheme", 'S', "NAME", 0, "with --count: ours or upstream", 1 },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse,
		NULL,    "Claims and releases of bounce slots, ours against upstream's.",
		NULL,    NULL,
		NULL
	};
	u32 cpus = (u32)sysconf(_SC_NPROCESSORS_ONLN), t, p;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (args.count) {
		run_counted();
		return 0;
	}
	args.rounds = min(args.rounds, (u32)MAX_ROUNDS);
	buffers = aligned_alloc(4096, BUFFERS_BYTES);
	memset(buffers, 2, BUFFERS_BYTES);
	printf("%-8s %8s %5s %-7s %2s %9s %9s %6s %9s %6s %7s\n", "pattern", "size", "full",
	       "layout", "t", "ours ns", "worst", "served", "upstream", "served", "faster");
	for (p = 0; p < NR_PATTERNS; p++)
		for (t = 1; t <= min(cpus, (u32)MAX_THREADS); t *= 2)
			if ((p == HANDOFF) <= (t > 1) && (p != FAILING || t == 1))
				sweep(p, t, false, false);
	sweep(PAIR, 1, true, false);
	sweep(PAIR, 1, true, true);
	print_failures();
	if (args.json)
		fclose(args.json);
	return 0;
}
