/* SPDX-License-Identifier: GPL-2.0-only */
/* What a pool holds at the start, laid out as in the recorded one, and shuffled. */
#ifndef REPLAY_WORN_H
#define REPLAY_WORN_H

#include "slots.h"

struct worn;

/**
 * worn_begin() - fill a pool that is empty, so that a claim finds room only where it is made
 * Return: NULL: no memory, or not the whole pool could be filled.
 */
struct worn *worn_begin(const struct xsw_scheme *scheme, void *pool, u32 slots, u64 seed);

/**
 * worn_open() - make room for one claim
 * @place: the slot where it lay
 * Return: false: there was none.
 */
bool worn_open(struct worn *w, u32 place, u32 slots);

/** worn_end() - what is still filled is free again; @w is gone */
void worn_end(struct worn *w);

#endif /* REPLAY_WORN_H */
