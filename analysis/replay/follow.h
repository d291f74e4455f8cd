/* SPDX-License-Identifier: GPL-2.0-only */
/* Within the load: following mappings event by event. */
#ifndef REPLAY_FOLLOW_H
#define REPLAY_FOLLOW_H

#include "load.h"

#define FOLLOW_OPS 4096u /* of a batch */

/* One copy of the recording: where it is read, and what lives of it */
struct load_stream {
	struct rec_reader reader;
	struct live_table live;
	u64 shift;
	u32 next;    /* event of the block */
	u64 number;  /* events so far */
	u64 largest; /* slots of the largest mapping so far: where a synced part may begin */
	u32 ghost;   /* the next of those known */
	u32 seen;    /* addresses remembered as LIVE_ENDED */
	bool over;
	u32 freed[REC_DEVICES]; /* phantoms that ended and have no successor yet, by device */
};

/* Return of all: false: it went no further, l->failed says why, if not on purpose */
bool follow_event(struct load *l, struct load_stream *s, const struct rec_event *e);

static inline u32 follow_pool_of(const struct load *l, u32 device)
{
	return l->described[device].module ? LOAD_MODULE : LOAD_STOCK;
}

#endif /* REPLAY_FOLLOW_H */
