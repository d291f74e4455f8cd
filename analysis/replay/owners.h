/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose the slots are that were in use when the recording began.
 *
 * The snapshot of stock's pool does not know the owner of a slot.  The unmap that ends the mapping
 * does, and a sync of its beginning: the first pass learns it there, so that a card's receive ring
 * is the card's from the start.  Of what sees neither the owner stays unknown.
 */
#ifndef REPLAY_OWNERS_H
#define REPLAY_OWNERS_H

#include "live.h"
#include "recording.h"

struct owners {
	struct live_table of; /* by the mapping's key; 'confirmed': the owner is known, or never */
	u32 unknown;          /* of those */
};

/** owners_look() - the next event of a recording.  Return: false: no memory. */
bool owners_look(struct owners *o, const struct rec_device *described, const struct rec_event *e);

/* Whose a mapping is */
struct owner {
	u16 device;
	u8 dir;
};

/** owners_find() - of an event; of one of the snapshot's if it is known */
struct owner owners_find(const struct owners *o, const struct rec_event *e);

void owners_free(struct owners *o);

#endif /* REPLAY_OWNERS_H */
