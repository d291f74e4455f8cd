/* SPDX-License-Identifier: GPL-2.0-only */
/* One device under measurement: what every part of dmabench knows of it. */
#ifndef DMABENCH_BENCH_H
#define DMABENCH_BENCH_H

#include <linux/device.h>
#include <linux/mutex.h>

#include "hold.h"
#include "sequence.h"
#include "text.h"

/* What a device could reach before it was lent: its next driver may rely on PCI's defaults. */
struct limits {
	u64 mask, coherent_mask;
	unsigned long boundary;
	unsigned int min_align;
};

struct bench {
	struct device *dev;
	struct limits before;
	struct dentry *dir;
	struct mutex lock; /* one cell, hold or sequence at a time */
	bool leaving;      /* the device is taken away: end what runs */
	struct text cell_result;
	struct hold hold;
	struct sequence sequence;
};

#endif
