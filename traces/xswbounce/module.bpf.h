/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's trace events, read by the offsets that their format files give.
 *
 * The tool fills in the offsets before it loads the programs; a whole record is copied to the
 * stack once, and the fields are taken from there.
 */
#ifndef XB_MODULE_BPF_H
#define XB_MODULE_BPF_H

#include "kernel.bpf.h"

#define RECORD_MAX 128 /* no event of the module's is longer; a power of two */

struct field {
	u32 offset;
	u32 size; /* 0: this event has no such field */
};

static __always_inline u64 field_of(const u8 *record, const volatile struct xb_field *f)
{
	u32 at = f->offset & (RECORD_MAX - 8);

	at = f->offset;
	if (at > RECORD_MAX - 8)
		return 0;
	switch (f->size) {
	case 1:
		return record[at];
	case 2:
		return *(u16 *)(record + at);
	case 4:
		return *(u32 *)(record + at);
	case 8:
		return *(u64 *)(record + at);
	}
	return 0;
}

#endif /* XB_MODULE_BPF_H */
