// SPDX-License-Identifier: GPL-2.0-only
/* The start of flow.c, on a kernel that is made up. */
#include <string.h>

#include "engine/calibrate.h"
#include "engine/callers.h"
#include "engine/flow_choose.h"
#include "engine/flow_sum.h"
#include "engine/module_side.h"
#include "engine/nested.h"
#include "engine/probe.h"
#include "engine/refusal.h"
#include "engine/start.h"
#include "engine/tracefs.h"
#include "flow.skel.h"
#include "ok.h"
#include "say_counted.h"
#include "start_quiet.h"

static struct flow_bss bss;
static typeof(*((struct flow_bpf *)0)->rodata) rodata;
static struct flow_bpf programs = { .bss = &bss, .rodata = &rodata };
static struct bpf_program *const look = (void *)&programs.progs.look_at_pool;
static bool grows; /* the stock pool */

struct flow_bpf *flow_bpf__open(void)
{
	programs.progs.look_at_pool = look;
	return &programs;
}

void flow_bpf__destroy(struct flow_bpf *skel)
{
	(void)skel;
}

/* What flow.c calls of the others. */
void flow_choose(struct flow_bpf *skel, const struct host *where, const struct flow_options *wanted,
		 struct flow_chosen *result)
{
	(void)skel;
	(void)where;
	(void)wanted;
	(void)result;
}

void flow_sum(struct flow_bpf *skel, const struct host *where, const struct flow_options *wanted,
	      struct flow_state *state)
{
	(void)skel;
	(void)where;
	(void)wanted;
	(void)state;
}

int bpf_program__set_autoload(struct bpf_program *program, bool on)
{
	(void)program;
	return !on;
}

bool bpf_program__autoload(const struct bpf_program *program)
{
	return program;
}

void bpf_program__set_autoattach(struct bpf_program *program, bool on)
{
	(void)program;
	(void)on;
}

bool probe_btf(void)
{
	return true;
}

bool probe_kfunc(const char *name)
{
	return name;
}

void probe_run(struct bpf_program *program)
{
	if (program == look)
		bss.pool_grows = grows;
}

u64 probe_missed(const struct bpf_object *objects)
{
	(void)objects;
	return 0;
}

const char *refusal(void)
{
	return NULL;
}

bool refusal_is_lockdown(void)
{
	return false;
}

void refusal_ends(const char *instead)
{
	puts(instead);
}

void callers_look(struct xb_caller *callers, struct bpf_program *find, struct bpf_program *look_at)
{
	(void)callers;
	(void)find;
	(void)look_at;
}

void callers_warn(const struct xb_caller *callers, bool syncs)
{
	(void)callers;
	(void)syncs;
}

u64 calibrate(struct bpf_program *start, struct bpf_program *end, u64 *samples)
{
	(void)start;
	(void)end;
	return *samples;
}

void nested_watch(struct xb_watched watched[XB_MAX_WATCHED],
		  struct bpf_program *const firsts[XB_MAX_WATCHED],
		  struct bpf_program *read_offsets, struct bpf_program *find)
{
	(void)watched;
	(void)firsts;
	(void)read_offsets;
	(void)find;
}

u64 nested_lost(const struct bpf_object *objects, const u64 *rescued,
		struct bpf_program *const *starts, int nr_starts, u64 *most)
{
	(void)objects;
	(void)starts;
	(void)nr_starts;
	(void)most;
	return *rescued;
}

void part_switch(struct part *part, bool on)
{
	part->on = on;
}

void layout_read(struct xb_events *events)
{
	(void)events;
}

void module_side_leave(struct bpf_object *objects)
{
	(void)objects;
}

void module_side_follow(struct module_side *side, const struct bpf_object_skeleton *first)
{
	(void)side;
	(void)first;
}

void module_side_drop(struct module_side *side)
{
	(void)side;
}

u64 module_side_missed(const struct module_side *side)
{
	return !side;
}

void tracefs_start(const struct host *host, const char *why)
{
	(void)host;
	(void)why;
}

void tracefs_follow(void)
{
}

void tracefs_read(struct flow_state *state, const char *only)
{
	(void)state;
	(void)only;
}

void tracefs_stop(void)
{
}

static int growing; /* pools of which it was told */

void host_warn_growing(bool it_grows)
{
	growing += it_grows;
}

int main(void)
{
	static const struct host host = { .kind = HOST_NATIVE };
	static const struct flow_options options;

	flow_start(&host, &options);
	flow_stop();
	ok(!growing, "of a pool that keeps its size nothing is said");
	grows = true;
	flow_start(&host, &options);
	flow_stop();
	ok(growing == 1, "of one that grows, that failures are explained by its first part");
	return done_testing();
}
