// SPDX-License-Identifier: GPL-2.0-only
/* Which of the things that happen are worth a file. */
#include <stdio.h>
#include <string.h>

#include "show/watch_policy.h"

const char *const policy_kinds[CAUSE_KINDS] = { "failure", "occupancy", "exchange" };

static struct cause *queued(struct policy *p, enum cause_kind kind, const char *who)
{
	struct cause *c;

	for (c = p->queue; c < p->queue + p->queued; c++)
		if (c->kind == kind && !strcmp(c->who, who))
			return c;
	return NULL;
}

static struct policy_rest *rest_of(struct policy *p, enum cause_kind kind, const char *who)
{
	struct policy_rest *r;

	for (r = p->rests; r < p->rests + POLICY_RESTS; r++)
		if (r->length > 0 && r->kind == kind && !strcmp(r->who, who))
			return r;
	return NULL;
}

void policy_happened(struct policy *p, enum cause_kind kind, const char *who, const char *text,
		     double now)
{
	const struct policy_rest *rest = rest_of(p, kind, who);
	struct cause *c = queued(p, kind, who);

	if (c) {
		c->repeated++;
		return;
	}
	if ((rest && now < rest->until) || p->queued == POLICY_QUEUE) {
		p->unwritten++;
		return;
	}
	c = &p->queue[p->queued++];
	memset(c, 0, sizeof(*c));
	c->kind = kind;
	snprintf(c->who, sizeof(c->who), "%s", who);
	snprintf(c->text, sizeof(c->text), "%s", text);
}

void policy_occupancy(struct policy *p, int pool, const char *backend, double per_cent, double now)
{
	char text[128];

	if (per_cent < p->occupancy - POLICY_HYSTERESIS || per_cent < p->occupancy / 2)
		p->high[pool] = false;
	if (per_cent < p->occupancy || p->high[pool])
		return;
	p->high[pool] = true;
	snprintf(text, sizeof(text), "the pool of %s is %.1f %% full", backend, per_cent);
	policy_happened(p, CAUSE_OCCUPANCY, backend, text, now);
}

/* The place of the rest that ended first, if all are taken. */
static struct policy_rest *free_rest(struct policy *p)
{
	struct policy_rest *r, *oldest = p->rests;

	for (r = p->rests; r < p->rests + POLICY_RESTS; r++) {
		if (r->length <= 0)
			return r;
		if (r->until < oldest->until)
			oldest = r;
	}
	return oldest;
}

static void begin_rest(struct policy *p, const struct cause *c, double now)
{
	struct policy_rest *r = rest_of(p, c->kind, c->who);
	bool again = r && now < r->until + r->length;

	if (!r) {
		r = free_rest(p);
		r->kind = c->kind;
		snprintf(r->who, sizeof(r->who), "%s", c->who);
	}
	r->length = again ? 2 * r->length : p->rest;
	if (r->length > POLICY_LONGEST)
		r->length = POLICY_LONGEST;
	r->until = now + r->length;
}

/* A failure before all else. */
bool policy_next(struct policy *p, struct cause *next, double now)
{
	int i, at = 0;

	if (!p->queued)
		return false;
	for (i = 0; i < p->queued && p->queue[at].kind != CAUSE_FAILURE; i++)
		if (p->queue[i].kind == CAUSE_FAILURE)
			at = i;
	*next = p->queue[at];
	p->queued--;
	memmove(&p->queue[at], &p->queue[at + 1], (p->queued - at) * sizeof(*next));
	begin_rest(p, next, now);
	return true;
}
