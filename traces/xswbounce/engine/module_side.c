// SPDX-License-Identifier: GPL-2.0-only
/* The module's side of a set of BPF programs. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/module_side.h"
#include "engine/probe.h"
#include "engine/start.h"
#include "say.h"

#define FILES "/sys/devices/platform/xen_swiotlb/"

static bool is_on_event(const struct bpf_program *program)
{
	static const char *const events[] = { "tp/xen_swiotlb/", "raw_tp/xsw_" };
	const char *section = bpf_program__section_name(program);
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (!strncmp(section, events[i], strlen(events[i])))
			return true;
	return false;
}

void module_side_leave(struct bpf_object *programs)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, programs)
	{
		if (is_on_event(program))
			bpf_program__set_autoload(program, false);
	}
}

/* Another inode is another load of it; 0: it is not there. */
static ino_t which(void)
{
	struct stat st;

	return stat(FILES "abi", &st) ? 0 : st.st_ino;
}

/* "BDF attached DRIVER", or "BDF waiting". */
static bool has_device(void)
{
	FILE *f = fopen(FILES "devices", "r");
	char state[32];
	bool has = false;

	while (f && !has && fscanf(f, "%*s %31s%*[^\n]", state) == 1)
		has = !strcmp(state, "attached");
	if (f)
		fclose(f);
	return has;
}

/* By their names: how long an entry of a skeleton's table is the library that wrote it decides. */
static void share_maps(const struct bpf_object *to, const struct bpf_object *from)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, to)
	{
		const char *name = bpf_map__name(map);

		if (!strstr(name, "rodata"))
			bpf_map__reuse_fd(map, bpf_object__find_map_fd_by_name(from, name));
	}
}

/* Return: false if the module has none of the events that are wanted. */
static bool choose(const struct module_side *side)
{
	struct bpf_program *program;
	bool any = false;

	bpf_object__for_each_program(program, *side->skeleton->obj)
	{
		if (is_on_event(program) && (!side->wants || side->wants(program)))
			any |= probe_use(program, true);
		else
			bpf_program__set_autoload(program, false);
	}
	return any;
}

/* Once, however many sets of programs look. */
static void warn_blind(void)
{
	static bool said;

	if (!said)
		warn("the format files of xen_swiotlb's events can't be read, so none of its devices "
		     "are seen: mount -t tracefs tracefs /sys/kernel/tracing, and start this again");
	said = true;
}

static void close_side(struct module_side *side)
{
	side->destroy();
	side->skeleton = NULL;
}

static void load(struct module_side *side, const struct bpf_object_skeleton *first)
{
	int err;

	side->skeleton = side->open();
	if (!side->skeleton)
		return;
	if (!choose(side)) {
		warn_blind();
		close_side(side);
		return;
	}
	share_maps(*side->skeleton->obj, *first->obj);
	err = bpf_object__load_skeleton(side->skeleton);
	start_trim();
	if (!err)
		return;
	warn("the kernel refused the programs on the module's events: %s: they are not seen",
	     strerror(-err));
	close_side(side);
}

static void attach(struct module_side *side)
{
	int err = bpf_object__attach_skeleton(side->skeleton);

	if (err)
		warn("can't attach to the module's events: %s: they are not seen", strerror(-err));
	side->attached = true;
}

void module_side_drop(struct module_side *side)
{
	side->missed_before = module_side_missed(side);
	if (side->skeleton)
		close_side(side);
	side->attached = false;
}

void module_side_follow(struct module_side *side, const struct bpf_object_skeleton *first)
{
	ino_t now = which();
	bool device = now && has_device();

	if (side->which != now) {
		module_side_drop(side);
		side->which = now;
		if (now)
			load(side, first);
	}
	if (!side->skeleton || device == side->attached)
		return;
	if (device) {
		attach(side);
	} else {
		bpf_object__detach_skeleton(side->skeleton);
		side->attached = false;
	}
}

u64 module_side_missed(const struct module_side *side)
{
	return side->missed_before + (side->skeleton ? probe_missed(*side->skeleton->obj) : 0);
}
