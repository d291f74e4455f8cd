// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake machine: who has which frame, how a test lays them out, and the check of everything.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fake.h"

struct page fake_pages[FAKE_PAGES];
struct frame fake_frames[FAKE_FRAMES];
unsigned long fake_pte[FAKE_PAGES];
struct fake_faults faults;
struct fake_counts counts;
void (*fake_range_asked)(unsigned long start);

static unsigned long p2m[FAKE_P2M], m2p[FAKE_FRAMES];
unsigned long *xen_p2m_addr = p2m;
unsigned long xen_p2m_size = FAKE_P2M;
unsigned long *machine_to_phys_mapping = m2p;
unsigned long machine_to_phys_nr = FAKE_FRAMES;

u64 fake_xen_top;
static u32 violations;
static u64 our_frames, frames_of_both; /* that there must be: the domain's, and with Xen's free */
static u64 next_tag;
static struct zone zones[2];

void fake_violation(const char *what, u64 number)
{
	if (violations++ < 5)
		printf("# violation: %s %llu\n", what, number);
}

bool fake_fails(u32 *at)
{
	return *at && !--*at;
}

void fake_set_pte(u64 pfn, unsigned long pte)
{
	unsigned long old = fake_pte[pfn];

	if (old)
		fake_frames[old >> PAGE_SHIFT].mapped--;
	if (pte)
		fake_frames[pte >> PAGE_SHIFT].mapped++;
	fake_pte[pfn] = pte;
}

void fake_set_owner(u64 mfn, enum frame_owner owner)
{
	enum frame_owner was = fake_frames[mfn].owner;

	if (was == OF_XEN && owner != OF_XEN)
		fake_heap_remove(mfn);
	if (was != OF_XEN && owner == OF_XEN)
		fake_heap_add(mfn);
	fake_frames[mfn].owner = owner;
}

static void own(u64 pfn, u64 mfn)
{
	fake_set_owner(mfn, OF_US);
	m2p[mfn] = pfn;
	p2m[pfn] = mfn;
	fake_set_pte(pfn, mfn << PAGE_SHIFT | PAGE_KERNEL);
}

/* A frame of nobody's; its contents are gone */
static void disown(u64 mfn, enum frame_owner owner)
{
	fake_set_owner(mfn, owner);
	fake_frames[mfn].tag = 0;
	m2p[mfn] = ~0UL;
}

void fake_start(void)
{
	u64 i;

	violations = 0;
	our_frames = FAKE_PAGES;
	frames_of_both = FAKE_PAGES;
	next_tag = 1000;
	fake_xen_top = 0;
	fake_range_asked = NULL;
	faults = (struct fake_faults){ 0 };
	counts = (struct fake_counts){ 0 };
	memset(fake_pte, 0, sizeof(fake_pte));
	memset(fake_frames, 0, sizeof(fake_frames));
	fake_heap_start();
	memset(m2p, 0xff, sizeof(m2p));
	memset(p2m, 0xff, sizeof(p2m));
	for (i = 0; i < FAKE_PAGES; i++) {
		fake_pages[i] = (struct page){
			.in_buddy = true,
			.zone = &zones[i >= FAKE_PAGES / 2],
		};
		own(i, FAKE_HIGH + i * 5 % FAKE_PAGES);
	}
	for (i = 0; i < FAKE_KERNEL; i++)
		fake_use(i, false);
	fake_linux_start();
	fake_xen_start();
}

void fake_give_to_xen(u64 mfn, u64 n)
{
	fake_xen_top = max_t(u64, fake_xen_top, mfn + n);
	while (n--) {
		frames_of_both += fake_frames[mfn].owner == OF_OTHERS;
		disown(mfn++, OF_XEN);
	}
}

void fake_take_from_xen(u64 mfn, u64 n)
{
	frames_of_both -= n;
	while (n--)
		disown(mfn++, OF_OTHERS);
}

void fake_move_frame(u64 pfn, u64 mfn)
{
	u64 was = p2m[pfn], loser = m2p[mfn];
	struct frame other = fake_frames[mfn];

	if (was == mfn)
		return;
	fake_set_pte(pfn, 0);
	if (other.owner == OF_US)
		fake_set_pte(loser, 0);
	own(pfn, mfn);
	fake_frames[mfn].tag = fake_frames[was].tag;
	if (other.owner == OF_US) {
		own(loser, was);
		fake_frames[was].tag = other.tag;
	} else {
		disown(was, other.owner);
	}
}

void fake_lay_out(u64 pfn, u64 mfn, u64 pages)
{
	while (pages--)
		fake_move_frame(pfn++, mfn++);
}

void fake_use(u64 pfn, bool movable)
{
	fake_pages[pfn].in_buddy = false;
	fake_pages[pfn].count = 1;
	fake_pages[pfn].lru = movable;
	fake_pages[pfn].user = next_tag;
	fake_frames[p2m[pfn]].tag = next_tag++;
}

void fake_free(u64 pfn)
{
	fake_pages[pfn] = (struct page){ .in_buddy = true, .zone = fake_pages[pfn].zone };
}

void fake_foreign(u64 pfn)
{
	our_frames--;
	frames_of_both--;
	disown(p2m[pfn], OF_OTHERS);
	fake_set_pte(pfn, 0);
	p2m[pfn] |= FOREIGN_FRAME_BIT;
}

u64 fake_xen_free(void)
{
	u64 n = 0, i;

	for (i = 0; i < FAKE_FRAMES; i++)
		n += fake_frames[i].owner == OF_XEN;
	return n;
}

static void check_page(u64 pfn)
{
	const struct page *page = &fake_pages[pfn];
	unsigned long mfn = p2m[pfn];

	if (mfn == INVALID_P2M_ENTRY) {
		fake_violation("page without a frame", pfn);
		return;
	}
	if (mfn >> 62)
		return;
	if (fake_frames[mfn].owner != OF_US)
		fake_violation("page over a frame of others", pfn);
	if (m2p[mfn] != pfn)
		fake_violation("M2P does not agree with the P2M, page", pfn);
	if (fake_pte[pfn] != (mfn << PAGE_SHIFT | PAGE_KERNEL))
		fake_violation("wrong page table entry, page", pfn);
	if (page->stale)
		fake_violation("no TLB flush after a change, page", pfn);
	if (page->user && fake_frames[mfn].tag != page->user)
		fake_violation("contents lost, page", pfn);
}

u32 fake_check(u64 held)
{
	u64 ours = 0, both = 0, mapped = 0, in_hand = 0, i;

	for (i = 0; i < FAKE_PAGES; i++) {
		check_page(i);
		mapped += !(p2m[i] >> 62);
		in_hand += !fake_pages[i].in_buddy && !fake_pages[i].user;
	}
	for (i = 0; i < FAKE_FRAMES; i++) {
		const struct frame *f = &fake_frames[i];

		ours += f->owner == OF_US;
		both += f->owner == OF_US || f->owner == OF_XEN;
		if (f->owner == OF_US && f->mapped != 1)
			fake_violation("frame of ours not mapped once", i);
	}
	if (ours != mapped)
		fake_violation("more frames than pages", ours);
	if (ours != our_frames || both != frames_of_both)
		fake_violation("frames lost or won; ours", ours);
	if (in_hand != held)
		fake_violation("pages that nobody has or that are freed too early", in_hand);
	fake_linux_check();
	fake_xen_check();
	return violations;
}
