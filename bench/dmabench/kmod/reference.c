// SPDX-License-Identifier: GPL-2.0-only
/* memcpy, memset: what copying and clearing cost by themselves, with the same clock. */
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "cell.h"
#include "clock.h"

static void measure_reference(struct worker *w, bool copy)
{
	size_t size = w->run->cell.size;
	void *from = kvzalloc(size, GFP_KERNEL), *to = kvzalloc(size, GFP_KERNEL);
	unsigned long flags;
	unsigned int i;
	u64 start, end;

	if (!from || !to)
		w->error = -ENOMEM;
	for (i = 0; !w->error && worker_next(w, i); i++) {
		local_irq_save(flags);
		start = clock_start();
		if (copy)
			memcpy(to, from, size);
		else
			memset(to, 0, size);
		end = clock_end();
		local_irq_restore(flags);
		if (worker_counts(w, i)) {
			w->tries++;
			w->served++;
			samples_add(&w->first, end - start);
		}
		cond_resched();
	}
	kvfree(from);
	kvfree(to);
}

static void measure_memcpy(struct worker *w)
{
	measure_reference(w, true);
}

static void measure_memset(struct worker *w)
{
	measure_reference(w, false);
}

static u64 takes(const struct cell *c)
{
	return 2ULL * c->size;
}

const struct test test_memcpy = { "memcpy", "memcpy", NULL, measure_memcpy, false, 1, 1000, takes };
const struct test test_memset = { "memset", "memset", NULL, measure_memset, false, 1, 1000, takes };
