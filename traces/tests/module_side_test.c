// SPDX-License-Identifier: GPL-2.0-only
/* Programs on the events of a module whose format files can be read, or can't. */
#include <string.h>
#include <sys/stat.h>
#include <bpf/libbpf.h>

#include "engine/module_side.h"
#include "engine/probe.h"
#include "engine/start.h"
#include "ok.h"
#include "side_quiet.h"

struct bpf_program {
	const char *section;
	bool of_the_module;
};

static struct bpf_program programs[] = { { "fexit/swiotlb_tbl_map_single", false },
					 { "tp/xen_swiotlb/xsw_map", true },
					 { "raw_tp/xsw_claim", true } };
static bool readable; /* the format files are */
static bool used[3];  /* of the programs */
static int loaded, opened;
static char warned[512];
static int warnings;

void warn(const char *format, ...)
{
	snprintf(warned, sizeof(warned), "%s", format);
	warnings++;
}

/* The module is there, and is loaded anew each time that this rises. */
static ino_t load;

int __wrap_stat(const char *path, struct stat *st)
{
	(void)path;
	st->st_ino = load;
	return 0;
}

/* What module_side.c calls of the others. */
u64 probe_missed(const struct bpf_object *objects)
{
	return !objects;
}

bool probe_use(struct bpf_program *program, bool on)
{
	used[program - programs] = on && readable;
	return on && readable;
}

struct bpf_program *bpf_object__next_program(const struct bpf_object *object,
					     struct bpf_program *program)
{
	(void)object;
	if (!program)
		return programs;
	return program < programs + 2 ? program + 1 : NULL;
}

const char *bpf_program__section_name(const struct bpf_program *program)
{
	return program->section;
}

int bpf_object__load_skeleton(struct bpf_object_skeleton *skeleton)
{
	loaded++;
	return !skeleton;
}

static struct bpf_object *object;
static struct bpf_object_skeleton skeleton = { .obj = &object };

static struct bpf_object_skeleton *open_it(void)
{
	opened++;
	return &skeleton;
}

static void destroy(void)
{
	opened--;
}

int main(void)
{
	static struct module_side side = { .open = open_it, .destroy = destroy };
	static struct module_side other = { .open = open_it, .destroy = destroy };

	load = 1;
	module_side_follow(&side, &skeleton);
	ok(!loaded && warnings == 1 && strstr(warned, "xen_swiotlb") &&
		   strstr(warned, "mount -t tracefs"),
	   "where the events can't be read, the cause and the cure are named");
	ok(!opened, "and nothing stays open");
	module_side_follow(&side, &skeleton);
	module_side_follow(&other, &skeleton);
	ok(warnings == 1, "once, however often it is looked, and by how many");
	readable = true;
	load = 2;
	module_side_follow(&side, &skeleton);
	ok(loaded == 1 && opened == 1 && warnings == 1,
	   "the next load's are taken, if they can be read");
	ok(used[0] == programs[0].of_the_module && used[1] == programs[1].of_the_module &&
		   used[2] == programs[2].of_the_module,
	   "those on its events, by records or raw, and no others");
	return done_testing();
}
