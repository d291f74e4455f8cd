/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the engine tells the world beyond its return values: by one function, xsw_tell().
 *
 * The platform implements it: the module makes log lines and trace events of it, the model in
 * user space keeps what tests look at.  An event lives on its caller's stack.
 */
#ifndef XSW_TELL_H
#define XSW_TELL_H

#include "engine.h"

enum xsw_told {
	XSW_TOLD_FAILED,    /* a map found no room; any context */
	XSW_TOLD_STRAY,     /* an unmap or free named nothing that is its device's; any context */
	XSW_TOLD_LEFT,      /* a driver left a mapping or a block; process, under the mutex */
	XSW_TOLD_BACK,      /* the last of what a device had left came back; any context */
	XSW_TOLD_EXCHANGED, /* one XENMEM_exchange was done or refused; process */
	XSW_TOLD_SEGMENT,   /* a segment joined or left; process, under the mutex */
};

/**
 * struct xsw_exchange_record - one XENMEM_exchange and the work around it
 * @undo: contiguous blocks were given back; else made
 * @asked: the hypercall was made; else something before it went wrong
 * @extents: contiguous blocks asked for (or offered)
 * @exchanged: of them, how many changed hands
 * @rc: what the hypercall returned
 * @ns: zap, hypercall and remap together
 */
struct xsw_exchange_record {
	bool undo, asked;
	u8 order;
	u8 address_bits;
	enum xsw_exchange_result result;
	int rc;
	u64 extents;
	u64 exchanged;
	u64 ns;
};

/**
 * struct xsw_event - what happened
 * @dev: of FAILED, STRAY, LEFT and BACK
 * @stray.begins: first bus address of the mapping or block that covers stray.bus, 0: none;
 *                stray.owner is whose that is
 */
struct xsw_event {
	enum xsw_told what;
	struct xsw_dev *dev;
	union {
		struct {
			u64 phys;
			size_t size;
			enum xsw_dir dir;
			enum xsw_fail why;
			bool quiet; /* the caller expects failures */
		} failed;
		struct {
			u64 bus;
			size_t size;
			u64 begins;
			u32 owner;
		} stray;
		struct xsw_live left;
		struct xsw_exchange_record exchanged;
		struct {
			struct xsw_segment_state state;
			bool added;
		} segment;
	};
};

void xsw_tell(const struct xsw_event *event);

#endif /* XSW_TELL_H */
