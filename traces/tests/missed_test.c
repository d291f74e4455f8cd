// SPDX-License-Identifier: GPL-2.0-only
/* Calls that no program saw are a counter: it never falls. */
#include <bpf/bpf.h>

#include "engine/module_side.h"
#include "engine/nested.h"
#include "engine/probe.h"
#include "engine/start.h"
#include "ok.h"
#include "say_counted.h"
#include "side_quiet.h"

/* What nested.c and module_side.c call of the others. */
static u64 missed;
static u64
	*busy; /* while they are read, calls are missed all the time, and counted here by others */

u64 probe_missed(const struct bpf_object *programs)
{
	(void)programs;
	if (busy) {
		++missed;
		++*busy;
	}
	return missed;
}

u64 probe_missed_by(const struct bpf_program *program)
{
	(void)program;
	return 0;
}

struct bpf_prog_info probe_info(const struct bpf_program *program)
{
	(void)program;
	return (struct bpf_prog_info){};
}

bool probe_use(struct bpf_program *program, bool on)
{
	(void)program;
	return on;
}

void probe_run(struct bpf_program *program)
{
	(void)program;
}

struct bpf_link *bpf_program__attach_iter(const struct bpf_program *program,
					  const struct bpf_iter_attach_opts *options)
{
	(void)program;
	(void)options;
	return NULL;
}

int bpf_iter_create(int link)
{
	return -link;
}

int bpf_link__fd(const struct bpf_link *link)
{
	return !link;
}

int bpf_link__destroy(struct bpf_link *link)
{
	return !link;
}

struct bpf_program *bpf_object__next_program(const struct bpf_object *object,
					     struct bpf_program *program)
{
	(void)object;
	(void)program;
	return NULL;
}

const char *bpf_program__section_name(const struct bpf_program *program)
{
	(void)program;
	return "";
}

int bpf_object__load_skeleton(struct bpf_object_skeleton *skeleton)
{
	return !skeleton;
}

static void destroy(void)
{
}

static void test_module(void)
{
	static struct bpf_object *object;
	static struct bpf_object_skeleton skeleton = { .obj = &object };
	struct module_side side = { .destroy = destroy, .skeleton = &skeleton };

	missed = 5;
	ok(module_side_missed(&side) == 5, "what the programs on the module's events missed");
	module_side_drop(&side);
	ok(module_side_missed(&side) == 5, "is not forgotten when the module is unloaded");
	module_side_drop(&side);
	side.skeleton = &skeleton;
	missed = 2;
	ok(module_side_missed(&side) == 7, "and goes on when it is loaded again");
}

static void test_nested(void)
{
	u64 rescued = 0, most = 0;

	missed = 10;
	ok(nested_lost(NULL, &rescued, NULL, 0, &most) == 10, "calls that nobody made up for");
	rescued = 3; /* of a call the first count is read before it, and the second after it */
	ok(nested_lost(NULL, &rescued, NULL, 0, &most) == 10, "their number does not fall");
	missed = 15;
	ok(nested_lost(NULL, &rescued, NULL, 0, &most) == 12, "and rises with what is lost");
	busy = &rescued;
	ok(nested_lost(NULL, &rescued, NULL, 0, &most) == 12,
	   "not with calls between the readings of the two counts");
	busy = NULL;
}

int main(void)
{
	test_module();
	test_nested();
	return done_testing();
}
