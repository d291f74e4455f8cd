// SPDX-License-Identifier: GPL-2.0-only
/* The owners of what was live at the start, by the unmaps that end it and by its syncs. */
#include "owners.h"

static bool add_unknown(struct owners *o, u64 key)
{
	struct live *at = live_find(&o->of, key);

	if (at)
		return true;
	at = live_add(&o->of, key);
	if (!at)
		return false;
	at->kind = LIVE_BOUNCED;
	o->unknown++;
	return true;
}

bool owners_look(struct owners *o, const struct rec_device *described, const struct rec_event *e)
{
	struct live *at;

	if (e->call == REC_SLOT && !e->device)
		return add_unknown(o, live_slot(e->bus));
	if (likely(!o->unknown) || e->call == REC_ALLOC || e->call == REC_FREE)
		return true;
	at = live_find(&o->of, live_slot(e->bus));
	if (!at || at->confirmed || (e->call == REC_MAP && !e->reason))
		return true;
	at->confirmed = 1;
	o->unknown--;
	if (e->call != REC_MAP && !described[e->device].module) {
		at->device = e->device;
		at->dir = e->dir;
	}
	return true;
}

struct owner owners_find(const struct owners *o, const struct rec_event *e)
{
	const struct live *at = NULL;

	if (e->call == REC_SLOT && !e->device)
		at = live_find(&o->of, live_slot(e->bus));
	if (at && at->device)
		return (struct owner){ at->device, at->dir };
	return (struct owner){ e->device, e->dir };
}

void owners_free(struct owners *o)
{
	live_free(&o->of);
	*o = (struct owners){ 0 };
}
