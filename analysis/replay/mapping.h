/* SPDX-License-Identifier: GPL-2.0-only */
/* Within the load: mappings that begin and end, and the claims and releases they mean for pools. */
#ifndef REPLAY_MAPPING_H
#define REPLAY_MAPPING_H

#include "follow.h"

/* The load goes no further.  Return: false. */
bool mapping_no_memory(struct load *l);

/* What the pools have not carried out yet */
void mapping_flush(struct load *l);

/** mapping_begin() - a bounced mapping, or one of the snapshot, takes its slots.  False: no memory.
 */
bool mapping_begin(struct load *l, struct load_stream *s, const struct rec_event *e);

/** mapping_end() - it gives them back; pointers into the table are stale then */
void mapping_end(struct load *l, struct load_stream *s, struct live *at, u64 ns, u32 cpu);

/** mapping_failed() - the recorded pool could not serve it: would another?  False: no memory. */
bool mapping_failed(struct load *l, struct load_stream *s, const struct rec_event *e);

/* The first of those ends, or has ended: l->held has one */
void mapping_end_held(struct load *l);

#endif /* REPLAY_MAPPING_H */
