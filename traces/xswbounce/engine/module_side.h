/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's side of a set of BPF programs: those on its trace events.
 *
 * The module may be loaded, unloaded or replaced by another version while a tool runs. Its programs
 * are therefore an object of their own, which shares every map with the one that runs already: what
 * was counted stays. They are attached only while a device is attached to the module, for each
 * program on an event of a module has a reference on it: without one, it can be unloaded.
 */
#ifndef XB_MODULE_SIDE_H
#define XB_MODULE_SIDE_H

#include <stdbool.h>
#include <string.h>
#include <sys/types.h>
#include <bpf/libbpf.h>

#include "engine/layout.h"
#include "bpf/shared.h"

struct module_side {
	/* opens the same object again, its constants set; NULL: it can't be */
	struct bpf_object_skeleton *(*open)(void);
	void (*destroy)(void);
	bool (*wants)(const struct bpf_program *program); /* NULL: every one on an event */

	struct bpf_object_skeleton *skeleton; /* NULL: not loaded */
	bool attached;
	ino_t which;       /* of the loads of the module */
	u64 missed_before; /* by the programs of its loads before */
};

/**
 * module_side_leave() - do not load the programs on the module's events with the others
 */
void module_side_leave(struct bpf_object *programs);

/**
 * module_side_follow() - load, attach, detach or drop the programs, as the module comes and goes
 * @first: the object that runs, whose maps are shared
 */
void module_side_follow(struct module_side *side, const struct bpf_object_skeleton *first);

void module_side_drop(struct module_side *side);

u64 module_side_missed(const struct module_side *side); /* as probe_missed(), of all loads */

/**
 * MODULE_SIDE() - defines @side for the programs of a skeleton called @set, which @skel points to
 * @choose: which of them are wanted, or NULL: all
 *
 * What it opens and destroys differs by the skeleton's type alone.
 */
#define MODULE_SIDE(side, set, skel, choose)                                          \
	static struct set##_bpf *side##_skel;                                         \
	static struct bpf_object_skeleton *side##_open(void)                          \
	{                                                                             \
		side##_skel = set##_bpf__open();                                      \
		if (!side##_skel)                                                     \
			return NULL;                                                  \
		memcpy((void *)side##_skel->rodata, (void *)(skel)->rodata,           \
		       sizeof(*(skel)->rodata));                                      \
		layout_read((struct xb_events *)&side##_skel->rodata->module_events); \
		return side##_skel->skeleton;                                         \
	}                                                                             \
	static void side##_destroy(void)                                              \
	{                                                                             \
		set##_bpf__destroy(side##_skel);                                      \
		side##_skel = NULL;                                                   \
	}                                                                             \
	static struct module_side side = { .open = side##_open,                       \
					   .destroy = side##_destroy,                 \
					   .wants = choose }

#endif /* XB_MODULE_SIDE_H */
