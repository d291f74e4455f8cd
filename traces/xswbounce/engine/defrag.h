/* SPDX-License-Identifier: GPL-2.0-only */
/* What the defragmenter does, and how its last run ended: from the files of its module. */
#ifndef XB_DEFRAG_H
#define XB_DEFRAG_H

#include <stdbool.h>

/* What xsw-defrag takes as a width, in bits. A device that reaches further reaches all memory. */
#define DEFRAG_NARROWEST 24
#define DEFRAG_WIDEST    40

struct defrag {
	bool loaded;
	bool runs;          /* one that was started by hand */
	bool background;    /* it cures by itself */
	bool nothing_left;  /* the last run by hand ended so, and its last pass found nothing */
	unsigned int width; /* of its runs; 0: any memory */
};

void defrag_look(struct defrag *d);

#endif /* XB_DEFRAG_H */
