/* SPDX-License-Identifier: GPL-2.0-only */
/* Which memory routines this kernel chose for this CPU. */
#ifndef DMABENCH_COPYCODE_H
#define DMABENCH_COPYCODE_H

#include "text.h"

/* CPU features that decide and the routines found, as members of a JSON object. */
void copycode_describe(struct text *t);

#endif
