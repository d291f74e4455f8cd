/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's trace events, read by the offsets that their format files give.
 *
 * The tool fills in the offsets before it loads the programs, so the verifier knows them and drops
 * what they make unreachable. A record is copied to the stack once; fields are taken from there.
 */
#ifndef XB_MODULE_BPF_H
#define XB_MODULE_BPF_H

#include "bpf/kernel.bpf.h"

const volatile struct xb_events module_events;

/* Aligned as its widest field, which the verifier wants to be read from an aligned place. */
typedef u8 module_record[XB_RECORD] __attribute__((aligned(8)));

static __always_inline u64 field_of(const u8 *record, const volatile struct xb_field *f)
{
	u32 at = f->offset;

	if (at > XB_RECORD - sizeof(u64))
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

static __always_inline u64 module_device(const u8 *record, const volatile struct xb_event *e)
{
	return XB_MODULE_DEVICE | field_of(record, &e->domain) << 16 |
	       field_of(record, &e->bus_nr) << 8 | field_of(record, &e->devfn);
}

#endif /* XB_MODULE_BPF_H */
