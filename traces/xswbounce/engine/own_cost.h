/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tool itself costs: its process, and its programs in the kernel. */
#ifndef XB_OWN_COST_H
#define XB_OWN_COST_H

/**
 * own_cost_begin() - the programs are attached: what came before was loading
 */
void own_cost_begin(void);

double own_cost_due(void); /* seconds until own_cost_look() has something to do */
void own_cost_look(void);  /* begin or end a sample, if it is time */

/**
 * own_cost_print() - one line on the standard error: CPU time of the process since the begin and
 * while loading, its memory, and the time that the kernel spent in the programs
 */
void own_cost_print(void);

#endif /* XB_OWN_COST_H */
