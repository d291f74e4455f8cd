/* SPDX-License-Identifier: GPL-2.0-only */
/* What to do about a device, in words. */
#ifndef XB_ADVICE_H
#define XB_ADVICE_H

#include <stdbool.h>

#include "engine/flow.h"

/* What an advice depends on beside the device. */
struct advice_facts {
	bool pv;         /* bus addresses are machine addresses, and Xen hands out low memory */
	u64 stock_bytes; /* the pools' sizes; 0: not known */
	u64 module_bytes;
	u64 low_free; /* bytes free below 4 GiB now, of Xen's memory under PV; ~0: nobody tells */
};

/**
 * advice() - what to do about one device, in one line; lasts until the next call
 */
const char *advice(const struct flow_row *row, const struct advice_facts *facts);

#endif /* XB_ADVICE_H */
