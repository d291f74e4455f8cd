// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tests of impl/defrag share.
 */
#include "../../defrag/kept.h"
#include "../../defrag/search.h"
#include "runs.h"

struct xsw_defrag defrag;
u32 stop_at, steps, awaited_at;
u64 most_in_step, least_available, most_held;
void (*between_passes)(void);

static void note_available(unsigned long start)
{
	u64 now = xsw_hv_available();

	(void)start;
	if (now < least_available)
		least_available = now;
}

void note_held(unsigned long start)
{
	u64 held = 0, i;

	(void)start;
	for (i = 0; i < FAKE_PAGES; i++)
		held += !fake_pages[i].in_buddy && !fake_pages[i].user;
	if (held > most_held)
		most_held = held;
}

int start_run(void **state)
{
	int failed = start(state);

	defrag = (struct xsw_defrag){
		.limits = { .held_bytes = 32 << 20, .low_most_bytes = 4ULL << 30, .ask_xen = true },
	};
	stop_at = 0;
	awaited_at = 0;
	most_held = 0;
	fake_highest_frame = FAKE_FRAMES;
	between_passes = NULL;
	fake_range_asked = note_available;
	xsw_search_forget();
	xsw_kept_forget();
	return failed;
}

static enum xsw_ending run(enum xsw_job job)
{
	struct xsw_limits limits = defrag.limits;
	enum xsw_ending ending;

	defrag = (struct xsw_defrag){ .limits = limits };
	steps = 0;
	most_in_step = 0;
	least_available = ~0ULL;
	ending = xsw_defrag_run(&defrag, job);
	defrag.limits = limits;
	return ending;
}

enum xsw_ending run_movable(void)
{
	return run(XSW_JOB_MOVABLE);
}

enum xsw_ending run_hot(void)
{
	return run(XSW_JOB_HOT);
}

bool xsw_go_on(struct xsw_defrag *d, u64 pages)
{
	(void)d;
	if (pages > most_in_step)
		most_in_step = pages;
	return ++steps != stop_at;
}

bool xsw_is_awaited(void)
{
	return awaited_at && counts.ranges >= awaited_at;
}

bool xsw_rest(void)
{
	if (between_passes)
		between_passes();
	return true;
}

void xsw_on_each_cpu(void (*step)(void *), void *argument)
{
	step(argument);
}

u64 pages_in_blocks(u8 order)
{
	struct xsw_contiguity c;

	xsw_contiguity_look(&c);
	return c.largest[order];
}

u64 contiguous_blocks(void)
{
	return pages_in_blocks(XSW_BLOCK_ORDER) >> XSW_BLOCK_ORDER;
}

u64 xen_blocks(void)
{
	u64 n = 0, mfn, i;

	for (mfn = 0; mfn + 512 <= FAKE_FRAMES; mfn += 512) {
		for (i = 0; i < 512 && fake_frames[mfn + i].owner == OF_XEN;)
			i++;
		n += i == 512;
	}
	return n;
}

void make_busy(u64 block, u64 n)
{
	while (n--)
		fake_use(512 * block++ + 7, false);
}

u64 taken_pages(void)
{
	u64 pages = 0;
	u8 order;

	for (order = 0; order <= XSW_BLOCK_ORDER; order++)
		pages += defrag.progress.taken[order] << order;
	return pages;
}
