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
#include <sys/types.h>
#include <bpf/libbpf.h>

#include "bpf/shared.h"

struct module_side {
	/* opens the same object again, its constants set; NULL: it can't be */
	struct bpf_object_skeleton *(*open)(void);
	void (*destroy)(void);
	bool (*wants)(const struct bpf_program *program); /* NULL: every one on an event */

	struct bpf_object_skeleton *skeleton; /* NULL: not loaded */
	bool attached;
	ino_t which; /* of the loads of the module */
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

u64 module_side_missed(const struct module_side *side); /* as probe_missed() */

#endif /* XB_MODULE_SIDE_H */
