// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for segments: blocks from the page allocator, made contiguous by Xen, and back.
 *
 * How this works.  Blocks of one order are taken in batches.  Those that are low and
 * contiguous already are used as they are; the others go to Xen in one hypercall.  Xen may
 * do a part of it: the rest is offered again.  Where it refuses, blocks are assembled from
 * scattered low frames of our own; where there are none, the order is lowered, down to
 * what the caller can use, so that a fragmented host still gives memory.  On the way back
 * exchanged blocks are undone; what Xen refuses to undo goes to the page allocator as it is,
 * and is counted.
 */
#include "memo.h"
#include "state.h"
#include "tell.h"

/* Counts an exchange that began at @start and did @done blocks of order @order. */
static void count_exchange(struct xsw_engine *e, u64 start, u64 done, u8 order,
			   enum xsw_exchange_result r, struct xsw_change *c)
{
	e->exchange_ns += xsw_now_ns() - start;
	e->exchanges++;
	e->exchanged_bytes += done * (XSW_PAGE_SIZE << order);
	c->hypercalls++;
	if (r != XSW_EXCHANGE_OK) {
		c->last = r;
		e->exchange_fails++;
	}
}

static enum xsw_exchange_result blocks_make(struct xsw_engine *e, struct xsw_block *b, size_t n,
					    u8 bits, size_t *done, struct xsw_change *c)
{
	u64 start = xsw_now_ns();
	enum xsw_exchange_result r = xsw_hv_make_contiguous(b, n, bits, done);

	count_exchange(e, start, *done, b->order, r, c);
	return r;
}

static void blocks_undo(struct xsw_engine *e, struct xsw_block *b, size_t n, size_t *done,
			struct xsw_change *c)
{
	u64 start = xsw_now_ns();
	enum xsw_exchange_result r = xsw_hv_undo(b, n, 0, done);

	count_exchange(e, start, *done, b->order, r, c);
}

/* Back to the page allocator, exchanged ones by way of Xen */
static void blocks_put(struct xsw_engine *e, struct xsw_block *b, size_t n, struct xsw_change *c)
{
	size_t at = 0, done, i;

	while (at < n) {
		size_t end = at;

		while (end < n && b[end].origin == XSW_ORIGIN_EXCHANGED &&
		       b[end].order == b[at].order)
			end++;
		if (end == at) {
			at++;
			continue;
		}
		blocks_undo(e, b + at, end - at, &done, c);
		at += done;
		if (!done) {
			c->kept_low_bytes += XSW_PAGE_SIZE << b[at].order;
			at++;
		}
		xsw_cond_resched();
	}
	for (i = 0; i < n; i++)
		xsw_hv_free(&b[i]);
}

/* Before @s is in the pool: a map may get an address of it at once, and its unmap asks the gate */
static void widen_gate(struct xsw_engine *e, const struct xsw_segment *s)
{
	if (!e->gate.high || s->bus < e->gate.low)
		WRITE_ONCE(e->gate.low, s->bus);
	if (s->top > e->gate.high)
		WRITE_ONCE(e->gate.high, s->top);
}

static void tell_added(const struct xsw_segment *s)
{
	struct xsw_event event = { .what = XSW_TOLD_SEGMENT, .segment.added = true };

	xsw_survey(s, &event.segment.state);
	xsw_tell(&event);
}

static int segment_add(struct xsw_engine *e, const struct xsw_memory_want *want,
		       const struct xsw_block *b)
{
	struct xsw_segment *s = xsw_segment_new(b, xsw_pfn_to_mfn(b->pfn));
	struct xsw_index __rcu **index = xsw_index_for(e, want->kind);
	struct xsw_pool *p = &e->pool[want->kind];
	int rc;

	if (!s)
		return -ENOMEM;
	rc = (s->bus ^ s->top) >> 32 ? -EINVAL : xsw_index_add(index, s);
	if (rc) {
		xsw_rcu_synchronize(); /* a part of it may have been in the index */
		xsw_free(s);
		return rc;
	}
	if (want->kind <= XSW_KIND_LARGE)
		widen_gate(e, s);
	rc = xsw_pool_add(p, s);
	if (rc) {
		xsw_index_remove(index, s);
		xsw_rcu_synchronize();
		xsw_free(s);
		return rc;
	}
	xsw_memo_release(p, s, 0, s->slots);
	tell_added(s);
	return 0;
}

/* Make what is contiguous among @n blocks into segments, give the others back */
static u64 blocks_use(struct xsw_engine *e, const struct xsw_memory_want *want, struct xsw_block *b,
		      size_t n, struct xsw_change *c)
{
	u64 got = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (b[i].origin == XSW_ORIGIN_NONE || segment_add(e, want, &b[i])) {
			blocks_put(e, &b[i], 1, c);
			continue;
		}
		got += XSW_PAGE_SIZE << b[i].order;
		if (!c->bytes || b[i].order < c->smallest_order)
			c->smallest_order = b[i].order;
		c->bytes += XSW_PAGE_SIZE << b[i].order;
	}
	return got;
}

/*
 * Offer blocks from @b on until all are done or Xen has no more of this order.  A block with
 * a page in use elsewhere is skipped.  Return: is it worth asking for this order again?
 */
static bool blocks_exchange(struct xsw_engine *e, struct xsw_block *b, size_t n, u8 bits,
			    struct xsw_change *c)
{
	size_t at = 0;

	while (at < n) {
		size_t done;
		enum xsw_exchange_result r = blocks_make(e, b + at, n - at, bits, &done, c);

		at += done;
		if (r == XSW_EXCHANGE_PAGE)
			at++;
		else if (r != XSW_EXCHANGE_OK && !(r == XSW_EXCHANGE_PARTIAL && done))
			return false;
		xsw_cond_resched();
	}
	return true;
}

/* Contiguous blocks to the front.  Return: their number. */
static size_t blocks_sort(struct xsw_block *b, size_t n)
{
	size_t front = 0, i;

	for (i = 0; i < n; i++) {
		if (b[i].origin != XSW_ORIGIN_NONE) {
			struct xsw_block swap = b[front];

			b[front++] = b[i];
			b[i] = swap;
		}
	}
	return front;
}

/* A request in progress: @got bytes so far; @b has room for a batch */
struct request {
	struct xsw_engine *e;
	const struct xsw_memory_want *want;
	struct xsw_change *c;
	struct xsw_block *b;
	u64 got;
};

/*
 * How many blocks to take next.  A request never takes more memory than it leaves to the domain,
 * which others use up at the same time: so what is left is looked at before each batch.
 */
static size_t next_batch(struct request *r, u8 order)
{
	u64 size = XSW_PAGE_SIZE << order, left = xsw_hv_available();
	u64 missing = (r->want->bytes - r->got + size - 1) / size;
	u64 spare = left > r->got ? (left - r->got) / 2 / size : 0;

	if (!spare && order == r->want->least_order)
		r->c->domain_short = true;
	return min((u64)XSW_BATCH, min(missing, spare));
}

/*
 * As much as possible of one order.  Coherent blocks are aligned on the bus as they are to the
 * CPU, and a segment for large maps serves any alignment from its first slot on: they are aligned.
 */
static void get_of_order(struct request *r, u8 order)
{
	const struct xsw_memory_want *want = r->want;
	bool aligned = want->kind != XSW_KIND_STREAMING;
	bool more = true;

	while (more && r->got < want->bytes) {
		size_t blocks = next_batch(r, order), n, found;
		u64 added;

		for (n = 0; n < blocks; n++) {
			if (xsw_hv_alloc(&r->b[n], order, want->bits, aligned))
				break;
			xsw_cond_resched();
		}
		if (n < blocks && order == want->least_order)
			r->c->domain_short = true;
		found = blocks_sort(r->b, n);
		more = n == blocks;
		if (found < n && !blocks_exchange(r->e, r->b + found, n - found, want->bits, r->c))
			more = false;
		added = blocks_use(r->e, want, r->b, n, r->c);
		if (!added)
			more = false;
		r->got += added;
	}
}

/*
 * What is missing of one order, out of low frames of our own that lie scattered: Xen need not
 * have any free.
 */
static void assemble_of_order(struct request *r, u8 order)
{
	const struct xsw_memory_want *want = r->want;

	while (r->got < want->bytes && next_batch(r, order) &&
	       !xsw_hv_assemble(r->b, order, want->bits)) {
		u64 added = blocks_use(r->e, want, r->b, 1, r->c);

		if (!added)
			break;
		r->got += added;
		r->e->assembled_bytes += added;
		r->c->assembled_bytes += added;
		xsw_cond_resched();
	}
}

u64 xsw_memory_get(struct xsw_engine *e, const struct xsw_memory_want *want, struct xsw_change *c)
{
	struct request r = { .e = e, .want = want, .c = c };
	u8 order;

	if (want->bits < XSW_PAGE_SHIFT + want->least_order)
		return 0; /* no block is that small: a coherent mask of 0 bits, for one */
	r.b = xsw_zalloc(XSW_BATCH * sizeof(*r.b));
	if (!r.b)
		return 0;
	for (order = min(want->order, (u8)(want->bits - XSW_PAGE_SHIFT));; order--) {
		get_of_order(&r, order);
		assemble_of_order(&r, order);
		if (r.got >= want->bytes || order == want->least_order)
			break;
	}
	xsw_free(r.b);
	xsw_memory_settle(e);
	return r.got;
}

void xsw_memory_put(struct xsw_engine *e, struct xsw_segment *list, struct xsw_change *c)
{
	struct xsw_block *b = xsw_zalloc(XSW_BATCH * sizeof(*b)), one;
	size_t most = b ? XSW_BATCH : 1, n = 0;

	if (!b)
		b = &one;
	while (list) {
		struct xsw_segment *s = list;

		list = s->next;
		c->bytes += xsw_segment_bytes(s);
		b[n++] = s->block;
		xsw_free(s);
		if (n == most || !list) {
			blocks_put(e, b, n, c);
			n = 0;
		}
	}
	if (b != &one)
		xsw_free(b);
}

void xsw_memory_settle(struct xsw_engine *e)
{
	u32 kind;

	xsw_rcu_synchronize();
	for (kind = 0; kind < XSW_NR_KIND; kind++)
		xsw_pool_settle(&e->pool[kind]);
	xsw_index_settle(xsw_rcu_protected(e->index));
	xsw_index_settle(xsw_rcu_protected(e->coherent_index));
}
