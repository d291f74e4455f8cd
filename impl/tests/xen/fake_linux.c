// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake Linux: page allocator, heap, vmap(), locks and time.
 */
#include <stdlib.h>

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mutex.h>

#include "fake.h"

unsigned long jiffies;
long fake_pressed;
static u32 arrays, locks;

void fake_linux_start(void)
{
	arrays = 0;
	locks = 0;
	fake_pressed = 0;
}

void fake_linux_check(void)
{
	if (arrays)
		fake_violation("arrays not freed:", arrays);
	if (locks)
		fake_violation("locks still taken:", locks);
	if (counts.oom_kills)
		fake_violation("the OOM killer was started:", counts.oom_kills);
}

/* ---- time, locks, warnings ---- */

u64 ktime_get_ns(void)
{
	static u64 now;

	return now += 1000;
}

void cond_resched(void)
{
}

void mutex_lock(struct mutex *m)
{
	if (m->locked)
		fake_violation("lock taken twice", 0);
	m->locked = true;
	locks++;
}

void mutex_unlock(struct mutex *m)
{
	if (!m->locked)
		fake_violation("lock not taken", 0);
	m->locked = false;
	locks--;
}

void fake_warn(const char *what)
{
	(void)what;
	counts.warnings++;
}

/* ---- heap ---- */

/* As the kernel does it: who does not say that a failure is fine has somebody killed. */
static void fail_request(gfp_t gfp)
{
	if (!(gfp & (__GFP_NORETRY | __GFP_RETRY_MAYFAIL)))
		counts.oom_kills++;
}

void *kvzalloc(size_t size, gfp_t gfp)
{
	if (gfp & __GFP_NORETRY)
		fake_violation("kvmalloc() does not know __GFP_NORETRY", 0);
	if (fake_fails(&faults.kvmalloc_at) ||
	    (faults.kvmalloc_most && size > faults.kvmalloc_most) ||
	    (faults.kvmalloc_size && size == faults.kvmalloc_size)) {
		fail_request(gfp);
		return NULL;
	}
	arrays++;
	return calloc(1, size);
}

void *kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	return kvzalloc(n * size, gfp);
}

void kvfree(void *p)
{
	arrays -= p != NULL;
	free(p);
}

/* ---- pages ---- */

struct page *pfn_to_page(unsigned long pfn)
{
	if (pfn >= FAKE_PAGES) {
		fake_violation("no such page:", pfn);
		return &fake_pages[0];
	}
	return &fake_pages[pfn];
}

unsigned long page_to_pfn(const struct page *page)
{
	return (unsigned long)(page - fake_pages);
}

struct page *pfn_to_online_page(unsigned long pfn)
{
	counts.beyond += pfn >= FAKE_PAGES;
	return pfn < FAKE_PAGES && !fake_pages[pfn].offline ? &fake_pages[pfn] : NULL;
}

void *page_address(const struct page *page)
{
	return (void *)(DIRECT_MAP + (page_to_pfn(page) << PAGE_SHIFT));
}

void clear_page(void *va)
{
	u64 pfn = ((unsigned long)va - DIRECT_MAP) >> PAGE_SHIFT;

	if (pfn >= FAKE_PAGES || !fake_pte[pfn]) {
		fake_violation("page cleared that is not mapped:", pfn);
		return;
	}
	fake_frames[fake_pte[pfn] >> PAGE_SHIFT].clear = true;
	fake_frames[fake_pte[pfn] >> PAGE_SHIFT].tag = 0;
}

struct zone *page_zone(const struct page *page)
{
	return page->zone;
}

struct page *compound_head(struct page *page)
{
	return page->head ? page->head : page;
}

int page_ref_count(const struct page *page)
{
	return page->count;
}

bool PageReserved(const struct page *page)
{
	return page->reserved;
}

bool PageLRU(const struct page *page)
{
	return page->lru;
}

long si_mem_available(void)
{
	long n = -fake_pressed;
	u32 i;

	for (i = 0; i < FAKE_PAGES; i++)
		n += fake_pages[i].in_buddy;
	return n;
}

static bool is_free_block(u64 pfn, u64 pages)
{
	u64 i;

	for (i = 0; i < pages; i++)
		if (!fake_pages[pfn + i].in_buddy)
			return false;
	return true;
}

static void take(u64 pfn, u64 pages, int count)
{
	u64 i;

	for (i = 0; i < pages; i++) {
		fake_pages[pfn + i].in_buddy = false;
		fake_pages[pfn + i].count = count;
	}
}

/* From the top; but the first page of a block has the only reference */
struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	u64 pages = 1ULL << order, pfn;

	if (faults.pages_at && faults.pages_at-- == 1) {
		faults.pages_at = 1;
		fail_request(gfp);
		return NULL;
	}
	for (pfn = FAKE_PAGES; pfn >= pages;) {
		pfn -= pages;
		if (!is_free_block(pfn, pages))
			continue;
		take(pfn, pages, 0);
		fake_pages[pfn].count = 1;
		return &fake_pages[pfn];
	}
	fail_request(gfp);
	return NULL;
}

void split_page(struct page *page, unsigned int order)
{
	take(page_to_pfn(page), 1ULL << order, 1);
}

void __free_page(struct page *page)
{
	if (page->in_buddy || page->count != 1 || page->user)
		fake_violation("page freed that nobody may free:", page_to_pfn(page));
	page->count = 0;
	page->in_buddy = true;
}

u64 fake_last_freed[MAX_PAGE_ORDER + 1];

/* A block as alloc_pages() gave it */
void __free_pages(struct page *page, unsigned int order)
{
	u64 pfn = page_to_pfn(page), i;

	fake_last_freed[order] = pfn;

	for (i = 1; i < 1ULL << order; i++) {
		if (fake_pages[pfn + i].count)
			fake_violation("page of a block freed that was split:", pfn + i);
		fake_pages[pfn + i].count = 1;
	}
	for (i = 0; i < 1ULL << order; i++)
		__free_page(&fake_pages[pfn + i]);
}

/* The contents of a page move to a free page outside the range */
static bool migrate(u64 from, u64 start, u64 end)
{
	struct page *source = &fake_pages[from], *target;
	u64 to = FAKE_PAGES;

	do {
		if (!to--)
			return false;
	} while ((to >= start && to < end) || !fake_pages[to].in_buddy);
	target = &fake_pages[to];
	target->in_buddy = false;
	target->count = source->count;
	target->lru = source->lru;
	target->user = source->user;
	fake_frames[xen_p2m_addr[to]].tag = source->user;
	source->user = 0;
	source->count = 0;
	source->lru = false;
	source->head = NULL;
	source->in_buddy = true;
	return true;
}

/* As Linux: what matters is all of each pageblock that the range touches. */
static bool is_range_movable(u64 start, u64 end)
{
	u64 pfn = ALIGN_DOWN(start, (u64)pageblock_nr_pages);

	for (; pfn < ((end + pageblock_nr_pages - 1) & ~(pageblock_nr_pages - 1)); pfn++) {
		const struct page *page = &fake_pages[pfn];

		if (page->offline || page->reserved || page->zone != fake_pages[start].zone)
			return false;
		if (!page->in_buddy && !page->lru)
			return false;
	}
	return true;
}

int alloc_contig_range(unsigned long start, unsigned long end, unsigned int type, gfp_t gfp)
{
	u64 pfn;

	counts.ranges++;
	if (gfp & __GFP_NORETRY || type != MIGRATE_MOVABLE || end > FAKE_PAGES || start >= end) {
		fake_violation("alloc_contig_range() with what it refuses, from", start);
		return -EINVAL;
	}
	if (fake_pages[start].offline || fake_pages[end - 1].offline ||
	    fake_pages[start].zone != fake_pages[end - 1].zone)
		fake_violation("alloc_contig_range() across zones or holes, from", start);
	if (fake_range_asked)
		fake_range_asked(start);
	if (faults.busy_ranges) {
		faults.busy_ranges--;
		return -EBUSY;
	}
	if (!is_range_movable(start, end))
		return -EBUSY;
	for (pfn = start; pfn < end; pfn++)
		if (!fake_pages[pfn].in_buddy && !migrate(pfn, start, end))
			return -ENOMEM;
	take(start, end - start, 1);
	return 0;
}
