// SPDX-License-Identifier: GPL-2.0-only
/* Mappings that failed in the recording, by when they would have ended: a binary heap. */
#include <stdlib.h>

#include "held.h"

bool held_add(struct held_heap *h, const struct held *one)
{
	u32 i = h->n;

	if (!h->entry)
		h->entry = malloc(HELD_MOST * sizeof(*h->entry));
	if (!h->entry)
		return false;
	h->n++;
	for (; i && h->entry[(i - 1) / 2].until > one->until; i = (i - 1) / 2)
		h->entry[i] = h->entry[(i - 1) / 2];
	h->entry[i] = *one;
	return true;
}

struct held held_take(struct held_heap *h)
{
	struct held first = h->entry[0], last = h->entry[--h->n];
	u32 i = 0, child;

	while ((child = 2 * i + 1) < h->n) {
		if (child + 1 < h->n && h->entry[child + 1].until < h->entry[child].until)
			child++;
		if (last.until <= h->entry[child].until)
			break;
		h->entry[i] = h->entry[child];
		i = child;
	}
	h->entry[i] = last;
	return first;
}

void held_free(struct held_heap *h)
{
	free(h->entry);
	*h = (struct held_heap){ 0 };
}
