/* SPDX-License-Identifier: GPL-2.0-only */
/* From counters to plain words: does bouncing matter here, and what to do about it. */
#ifndef XB_VERDICT_H
#define XB_VERDICT_H

#include "engine/flow.h"

/* What is a problem: a share of one CPU, a share of the pool. */
#define VERDICT_CPU_SHARE  0.05
#define VERDICT_POOL_SHARE 0.80

enum verdict {
	VERDICT_NOTHING, /* no mapping was made: nothing to judge */
	VERDICT_UNKNOWN, /* bouncing, at a cost that could not be measured */
	VERDICT_INNOCENT,
	VERDICT_POOL, /* no failure yet, but the pool is nearly full */
	VERDICT_CPU,
	VERDICT_FAILING,
};

/* What was measured, and what it comes to. */
struct judgement {
	enum verdict verdict;
	const struct flow_row *culprit; /* the device to blame, or NULL */
	double cpu;             /* share of one CPU that bouncing takes; negative: not known */
	double pool;            /* highest share of a pool in use while measured */
	u64 maps, maps_bounced; /* of the time in which maps were counted */
	u64 bounces, copied, fails;
};

/**
 * judge_device_cpu() - share of one CPU that a device's bouncing takes
 * @row: rates: what happened in @seconds; @price: the same device while it was timed
 * Return: negative if it bounced enough to matter, but nothing of it was timed.
 */
double judge_device_cpu(const struct flow_row *row, const struct flow_row *price, double seconds);

/**
 * judge() - @all: what happened while measured; @timed: the part that was timed
 */
void judge(struct judgement *j, struct flow_state *all, const struct flow_state *timed,
	   double pool_share);

#endif /* XB_VERDICT_H */
