/* SPDX-License-Identifier: GPL-2.0-only */
/* Who holds the pool: for incident files. */
#ifndef XB_HOLDERS_H
#define XB_HOLDERS_H

#include "show/incident.h"

/**
 * holders_write() - sections: a map of the pool; live mappings by device and guest; by stack;
 * what is older than the programs that follow them
 */
void holders_write(struct incident *in, const struct host *host);

#endif /* XB_HOLDERS_H */
