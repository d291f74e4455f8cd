/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lets the module watch exchanges, for its trace event.
 */
#ifndef XSW_XEN_EXCHANGE_H
#define XSW_XEN_EXCHANGE_H

#include <linux/types.h>
#include "../core/reason.h"

/**
 * struct xsw_exchange_record - one XENMEM_exchange and the work around it
 * @undo: contiguous blocks were given back; else made
 * @extents: contiguous blocks asked for (or offered)
 * @exchanged: of them, how many changed hands
 * @rc: what the hypercall returned
 * @ns: zap, hypercall and remap together
 */
struct xsw_exchange_record {
	bool undo;
	u8 order;
	u8 address_bits;
	enum xsw_exchange_result result;
	int rc;
	u64 extents;
	u64 exchanged;
	u64 ns;
};

/**
 * xsw_exchange_watch() - call @fn after each exchange, in its caller's context
 * Set once, before the first exchange.
 */
void xsw_exchange_watch(void (*fn)(const struct xsw_exchange_record *r));

#endif /* XSW_XEN_EXCHANGE_H */
