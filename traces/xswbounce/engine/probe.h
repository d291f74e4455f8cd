/* SPDX-License-Identifier: GPL-2.0-only */
/* What this kernel offers to hang a program on, and the loading of only those that fit. */
#ifndef XB_PROBE_H
#define XB_PROBE_H

#include <stdbool.h>
#include <stdio.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "bpf/shared.h"

/**
 * probe_btf() - has the kernel type information, so that programs fit it?
 */
bool probe_btf(void);

/**
 * probe_by_trial() - type information was not enough: from now on each function is tried by itself
 * Return: false if that was so before.
 */
bool probe_by_trial(void);
int probe_try(const char *name); /* 0, or the errno that says why not */

int probe_arguments(const char *name); /* how many it takes; negative: there is no such function */

bool probe_kfunc(const char *name); /* can a program call this function of the kernel? */

/**
 * probe_open_format() - the format file of a trace event, "system/name"; NULL without one
 */
FILE *probe_open_format(const char *event);

/**
 * probe_use() - load this program only if @on and if what it attaches to is there
 * Return: whether it will be loaded.
 */
bool probe_use(struct bpf_program *program, bool on);

/**
 * probe_missed() - how often the kernel did not run a program of this set
 *
 * It never runs one within itself: what an interrupt maps while the CPU is in the program that
 * counts maps is not counted. Since Linux 5.12; of trace events since 6.7. Of a program whose name
 * ends in _again it does not matter: it only steps in for another.
 */
u64 probe_missed(const struct bpf_object *programs);
u64 probe_missed_by(const struct bpf_program *program); /* the same of one program */

/**
 * probe_info() - what the kernel knows of a program; all 0 if it is not loaded
 */
struct bpf_prog_info probe_info(const struct bpf_program *program);

/**
 * probe_run() - run a program of type syscall once; ends with one line if it can't be
 */
void probe_run(struct bpf_program *program);

#endif /* XB_PROBE_H */
