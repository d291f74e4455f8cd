// SPDX-License-Identifier: GPL-2.0-only
/* What doctor says of bounces, by text and as JSON, from counters that are made up. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "engine/contiguity.c"
#include "commands/doctor.c"
#include "command_quiet.h"
#include "ok.h"
#include "screen_shown.h"
#include "start_quiet.h"

static struct contiguity_bss bss = { .p2m = 1 };
static struct contiguity_bpf programs = { .bss = &bss };
static bool told; /* the kernel has the event */

struct contiguity_bpf *contiguity_bpf__open(void)
{
	static typeof(*programs.rodata) rodata;

	programs.rodata = &rodata;
	return &programs;
}

/* What the two files call of the others. */
bool probe_use(struct bpf_program *program, bool on)
{
	(void)program;
	return on && told;
}

bool probe_kfunc(const char *name)
{
	return !name;
}

void probe_run(struct bpf_program *program)
{
	(void)program;
}

void xen_heap_look(struct xen_heap *heap, unsigned int bits)
{
	(void)bits;
	heap->told = false;
}

const char *host_name(const struct host *h)
{
	(void)h;
	return "Xen PV dom0";
}

void die(const char *format, ...)
{
	puts(format);
	exit(STATUS_ERROR);
}

double command_elapsed(void)
{
	return 1;
}

bool command_wait(double step, double end)
{
	(void)step;
	(void)end;
	return false;
}

int bpf_map__fd(const struct bpf_map *map)
{
	return !map;
}

int bpf_map_get_next_key(int fd, const void *key, void *next)
{
	(void)fd;
	if (key)
		return -ENOENT;
	*(struct xb_range_key *)next = (struct xb_range_key){ .dev = 1, .mib = 7 };
	return 0;
}

int bpf_map_lookup_elem(int fd, const void *key, void *value)
{
	(void)fd;
	(void)key;
	*(struct xb_range *)value = (struct xb_range){ .bounces = 5, .bytes = 20480 };
	return 0;
}

void screen_begin(bool timestamp)
{
	(void)timestamp;
}

void screen_end(void)
{
}

static void examine(bool json)
{
	FILE *out = stdout;

	memset(shown, 0, sizeof(shown));
	command_options.json = json;
	if (json)
		stdout = fmemopen(shown, sizeof(shown), "w");
	command_doctor(0, NULL);
	if (json) {
		fclose(stdout);
		stdout = out;
	}
}

int main(void)
{
	told = true;
	bss.straddles = 7;
	bss.others = 3;
	host.kind = HOST_PV;
	examine(false);
	ok(strstr(shown, "7 buffers bounced because they straddle, 3 for other reasons"),
	   "bounces are told without tracefs, too");
	ok(strstr(shown, "in MiB 7") && !strstr(shown, "no room"), "and where they lie");
	bss.lost = 2;
	examine(false);
	ok(strstr(shown,
		  "2 of them lie in other MiB, for which there was no room beside these 4096"),
	   "those that lie in too many places are told");
	examine(true);
	ok(strstr(shown, "\"straddles\":7,\"other_bounces\":3,") && strstr(shown, "\"hot_lost\":2"),
	   "as JSON, too");
	told = false;
	examine(true);
	ok(strstr(shown,
		  "\"straddles\":null,\"other_bounces\":null,\"hot\":null,\"hot_lost\":null"),
	   "what is not counted is null");
	examine(false);
	ok(strstr(shown, "This kernel does not tell of bounces"), "and that is said");
	return done_testing();
}
