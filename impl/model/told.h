/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the engine told (core/tell.h), kept for tests, and calls that wait for what it tells.
 */
#ifndef XSW_TOLD_H
#define XSW_TOLD_H

#include "map.h"
#include "tell.h"

/* How often each event was told, and the last of each; model_start() clears them */
struct model_told {
	u64 failed, stray, left, back, exchanged, added, removed;
	struct xsw_event last_stray, last_left, last_back;
};

extern struct model_told model_told;

/* xsw_map(), and what became of it */
u64 model_map(struct xsw_dev *d, u64 phys, size_t size, enum xsw_dir dir, u32 attrs,
	      struct xsw_outcome *o);

/* The driver is gone and its device with it.  Return: mappings and blocks it left behind. */
u64 model_detach(struct xsw_dev *d);

#endif /* XSW_TOLD_H */
