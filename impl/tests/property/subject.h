/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An engine under random operations, and the naive model it has to agree with.
 *
 * How this works.  Every choice comes from a source: a random generator (property test) or
 * the bytes of a fuzzer.  The naive model is an owner for each 2 KiB of machine memory below
 * 4 GiB, and for each mapping a copy of what the CPU and what the device must see.  After each
 * operation what it touched is compared; a claim that failed is checked against a search of
 * every place in the naive model.  The first difference ends the program with a line
 * that says which operation of which seed.
 */
#ifndef XSW_SUBJECT_H
#define XSW_SUBJECT_H

#include "machine.h"
#include "told.h"
#include "state.h"

#define LOW4G 0xffffffffULL

#define DEVICES      4
#define MAPPINGS     400
#define BLOCKS       24
#define BUFFER_PAGES 24 /* of each mapping's own buffer */

struct source {
	u64 seed;
	const u8 *bytes; /* NULL: from the seed */
	size_t left;
};

struct mapping {
	bool live;
	u32 device;
	u64 phys, bus;
	u32 size, slots;
	enum xsw_dir dir;
	bool bounced;
	bool left; /* behind by its driver */
	u8 *cpu;   /* what the CPU must see in the buffer */
	u8 *dev;   /* what the device must see */
};

struct block {
	u8 *va;
	u64 bus;
	u32 size, device;
	u8 mark;
};

struct subject {
	struct source *from;
	struct xsw_engine *e;
	struct xsw_dev dev[DEVICES];
	bool attached[DEVICES];
	struct mapping map[MAPPINGS];
	struct block block[BLOCKS];
	u64 buffer; /* MAPPINGS * BUFFER_PAGES pages */
	u32 *owner; /* of each 2 KiB below 4 GiB: index of a mapping + 1, or of a block + 1 +
		       MAPPINGS */
	u64 ops, maps, bounces, fails, large_served;
	u64 pool_slots_live; /* slots that mappings have in the pool */
	u64 left_slots;      /* slots of bounced mappings that were left behind */
	u64 lefts;           /* how often a driver left something */
};

bool source_dry(const struct source *s);

void subject_start(struct subject *s, struct source *from);
void subject_operate(struct subject *s); /* one operation, checked */
void subject_stop(struct subject *s);    /* end all, check that nothing was lost */

u32 pick(struct subject *s, u32 n); /* 0 .. n - 1 */
u32 random_size(struct subject *s); /* of a mapping or a block */

/* streaming.c, coherent.c: one operation each; unmap and free check what they end */
void op_map(struct subject *s);
void op_device_write(struct subject *s);
void op_sync(struct subject *s);
void op_unmap(struct subject *s);
void subject_unmap(struct subject *s, struct mapping *m);
void op_coherent(struct subject *s);
void op_work(struct subject *s);
void subject_free_block(struct subject *s, struct block *b);

/* naive.c: what the naive model says */
void naive_take(struct subject *s, u64 bus, u32 slots, u32 owner);
void naive_give(struct subject *s, u64 bus, u32 slots, u32 owner);
bool naive_has_fit(struct subject *s, const struct xsw_dev *d, u64 phys, u32 size);
void naive_check_pool(struct subject *s);

__attribute__((noreturn, format(printf, 2, 3))) void wrong(struct subject *s, const char *what,
							   ...);

#endif /* XSW_SUBJECT_H */
