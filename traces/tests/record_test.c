// SPDX-License-Identifier: GPL-2.0-only
/* What record makes of the stream: made-up messages of several CPUs, and a disk that is full. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "engine/events.h"
#include "engine/own_cost.h"
#include "engine/snapshot.h"
#include "say.h"
#include "show/recording.h"
#include "ok.h"
#include "say_counted.h"

#define DEVICE 0xffff888100000001ULL
#define FLOOD  1000000 /* messages: 40 MB of a file */

static char path[64];
static events_visitor visit;
static const u32 *counts; /* of losses, as each message tells them; NULL: a flood */
static int nr_counts;
static char *limit; /* as it is typed; NULL: none */
static int devices = 1, named = XB_MAX_DEVICES * 2;
static const u32 *versions; /* of the device's description, as each message tells them */
static u32 newest;          /* as the kernel has it */

/* What the process that records tells: messages offered, warnings, sweeps of devices. */
static struct {
	int offered, warned, swept;
} * told;
static u32 calls_missed; /* of which no program told */

/* What events_follow() finds, one after another, and what was missed until then. */
static const struct turn {
	struct events_module module;
	u32 missed;
	u64 calls; /* as the module counts */
	int held;  /* mappings that it lists */
} * turns;
static int turn, nr_turns;

/* What record.c calls of the others. */
struct command_options command_options;
void (*command_every)(void);

void command_parse(const struct argp *own, const char *name, enum command_arguments arguments,
		   const char *text, int argc, char **argv)
{
	(void)name;
	(void)arguments;
	(void)text;
	(void)argc;
	(void)argv;
	own->parser('o', path, NULL);
	if (limit)
		own->parser('l', limit, NULL);
}

void command_look(struct host *h)
{
	memset(h, 0, sizeof(*h));
}

double command_period(double otherwise)
{
	return otherwise;
}

void command_begin(void)
{
}

bool command_wait(double step, double end)
{
	static int waits;

	(void)step;
	(void)end;
	if (command_every)
		command_every();
	return waits++ < 3;
}

int command_end(void)
{
	return 0;
}

void events_start(const struct host *h, const struct events_options *options, events_visitor v)
{
	(void)h;
	(void)options;
	visit = v;
}

void events_follow(void)
{
	if (turn + 1 < nr_turns)
		turn++;
}

struct events_module events_module(void)
{
	return turns ? turns[turn].module : (struct events_module){};
}

void events_arm(void)
{
}

void events_sweep(void)
{
	told->swept++;
}

void events_stop(void)
{
}

void events_snapshot(void)
{
}

bool snapshot_module(events_visitor v)
{
	struct xb_message m = { .kind = XB_SLOT, .dev = XB_MODULE_DEVICE, .size = 2048 };
	int i;

	for (i = 0; turns && i < turns[turn].held; i++) {
		m.bus = i * 2048;
		v(&m, sizeof(m));
	}
	return turns;
}

u64 snapshot_module_calls(const char *only)
{
	(void)only;
	return turns ? turns[turn].calls : 0;
}

static int offer(u64 time, u32 lost)
{
	const struct xb_message m = {
		.time = time,
		.lost = lost,
		.kind = XB_MAP,
		.dev = DEVICE + told->offered % devices,
		.size = 4096,
		.version = versions ? versions[time] : 0,
	};

	++told->offered;
	return visit(&m, sizeof(m));
}

/* As the ring is read: until the visitor wants no more for now. */
bool events_poll(void)
{
	int i;

	for (i = 0; counts && i < nr_counts; i++)
		offer(i, counts[i]);
	nr_counts = 0;
	for (i = 0; !counts && i < FLOOD && !offer(i, 0); i++)
		;
	return false;
}

void events_drain(double seconds)
{
	(void)seconds;
	events_poll();
}

u32 events_missed(void)
{
	return calls_missed + (turns ? turns[turn].missed : 0);
}

u32 events_lost(void)
{
	return (counts ? 7 : 0) + events_missed();
}

struct xb_place events_place(void)
{
	return (struct xb_place){};
}

bool events_device(u64 dev, struct xb_device *d)
{
	*d = (struct xb_device){ .name = "?" };
	if (dev < DEVICE + named)
		strcpy(d->name, "0000:03:00.0");
	d->version = newest;
	d->mask = newest % 2 ? ~0ULL : 0xffffffff;
	if (dev & XB_MODULE_DEVICE && !(dev >> 63) && turns)
		snprintf(d->driver, sizeof(d->driver), "driver-%llu", turns[turn].calls);
	return dev < DEVICE + named;
}

bool events_described(u32 version, struct xb_device *d)
{
	events_device(DEVICE, d);
	d->version = version;
	d->mask = version % 2 ? ~0ULL : 0xffffffff;
	return true;
}

int host_pools(const struct host *h, struct pool pools[HOST_POOLS])
{
	(void)h;
	(void)pools;
	return 0;
}

bool host_module_forces(void)
{
	return false;
}

void host_xen_version(char *version, size_t size)
{
	snprintf(version, size, "4.20");
}

void host_clock(char *name, size_t size)
{
	snprintf(name, size, "tsc");
}

void host_command_line(char *line, size_t size)
{
	snprintf(line, size, "quiet");
}

const char *host_backend(const struct host *h)
{
	(void)h;
	return "swiotlb";
}

void own_cost_print(void)
{
}

/* Its exit status, in a process of its own, with room for so many bytes of a file. */
static int record(rlim_t room)
{
	struct rlimit limit = { room, room };
	int status;
	pid_t pid;

	told->offered = told->swept = 0;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		freopen("/dev/null", "w", stdout);
		freopen("/dev/null", "w", stderr);
		status = command_record(0, NULL);
		told->warned = warnings;
		exit(status);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static u64 payload[RECORDING_BLOCK / sizeof(u64)];

static u64 nameless;                         /* events of those read last that name no device */
static struct recording_device described[8]; /* the first ones of them */
static int nr_described;
static uint16_t named_by[8]; /* the first events */
static u64 listed;           /* of a snapshot */

static void read_all(struct recording_reader *r)
{
	const struct recording_event *e = (const void *)payload;
	u32 kind, bytes, i;

	nameless = listed = 0;
	nr_described = 0;
	if (!recording_open(r, path))
		while ((kind = recording_next(r, payload, &bytes))) {
			if (kind == RECORDING_DEVICE && nr_described < 8)
				memcpy(&described[nr_described++], payload, sizeof(described[0]));
			for (i = 0; kind == RECORDING_EVENTS && i < bytes / sizeof(*e); i++) {
				if (r->events - bytes / sizeof(*e) + i < 8)
					named_by[r->events - bytes / sizeof(*e) + i] = e[i].device;
				nameless += !e[i].device;
				listed += e[i].call == RECORDING_SLOT;
			}
		}
	fclose(r->f);
}

static void test_losses(void)
{
	static const u32 losses[] = { 0, 5, 0, 5, 6, 5 };
	struct recording_reader r;

	counts = losses;
	nr_counts = sizeof(losses) / sizeof(losses[0]);
	ok(record(RLIM_INFINITY) == 0, "a stream of several CPUs is recorded");
	read_all(&r);
	ok(r.ended && r.events == sizeof(losses) / sizeof(losses[0]), "whole");
	ok(r.lost == 7, "counts of losses that come in any order: only growth is one");
	nr_counts = sizeof(losses) / sizeof(losses[0]);
	calls_missed = 3;
	ok(record(RLIM_INFINITY) == 0, "a stream of which calls were missed is recorded");
	calls_missed = 0;
	read_all(&r);
	ok(r.ended && r.lost == 10, "they are lost, once, beside those");
}

static void record_turns(const struct turn *of, int n, struct recording_reader *r)
{
	static const u32 none[] = { 0 };

	counts = none;
	nr_counts = 0;
	turns = of;
	nr_turns = n;
	turn = 0;
	ok(record(RLIM_INFINITY) == 0, "a stream while the module comes and goes is recorded");
	turns = NULL;
	read_all(r);
}

/* Seven are lost at the end, for want of room. */
static void test_module(void)
{
	static const struct turn unloaded[] = {
		{ { 1, true }, 50 },
		{ { 1, true }, 50 },
		{ { 0, false }, 80 },
		{ { 0, false }, 80 },
	};
	static const struct turn ring[] = {
		{ { 1, false }, 0, 100 },
		{ { 1, true }, 0, 104, 4 },
		{ { 1, true }, 0, 104, 4 },
	};
	static const struct turn probed[] = {
		{ { 1, false }, 0, 100 },
		{ { 1, true }, 0, 112, 4 },
		{ { 1, false }, 0, 116 },
		{ { 1, true }, 0, 119, 3 },
	};
	static const struct turn other[] = {
		{ { 1, true }, 0, 500 },
		{ { 2, true }, 0, 10, 4 },
	};
	struct recording_reader r;

	record_turns(unloaded, 4, &r);
	ok(r.lost == 80 + 7, "what was missed is told, before it was unloaded and since");
	record_turns(ring, 3, &r);
	ok(listed == 4 && r.lost == 7, "a device comes to it: the list has what it maps at first");
	record_turns(probed, 4, &r);
	ok(listed == 7 && r.lost == 8 + 7, "what came and went before it was seen is lost");
	record_turns(other, 2, &r);
	ok(listed == 4 && r.lost == 6 + 7, "another load of it counts anew");
}

static void test_full_disk(void)
{
	counts = NULL;
	ok(record(1 << 20) == STATUS_ERROR, "a full disk is an error");
	ok(told->offered < (2 << 20) / (int)sizeof(struct recording_event),
	   "and nothing more is read when the first block found no room");
}

static void test_limit(void)
{
	struct recording_reader r;
	char one[] = "1", *wrong[] = { "0", "-1", "1M", "", "99999999999" };
	u32 i;

	counts = NULL;
	limit = one;
	ok(record(RLIM_INFINITY) == 0, "a recording that reaches its limit ends well");
	read_all(&r);
	ok(r.ended && r.events == (1 << 20) / sizeof(struct recording_event),
	   "it is whole, and as large as its limit");
	ok(r.lost == 0, "what comes behind it is not lost");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		limit = wrong[i];
		ok(record(RLIM_INFINITY) == STATUS_ERROR, "what is no number of MiB is no limit");
	}
	limit = NULL;
}

static void test_many_devices(void)
{
	struct recording_reader r;
	char one[] = "1";

	counts = NULL;
	limit = one;
	devices = XB_MAX_DEVICES;
	record(RLIM_INFINITY);
	read_all(&r);
	ok(r.ended && !nameless && told->warned == 1,
	   "each device has its number: all that is told is the limit");
	devices++;
	record(RLIM_INFINITY);
	read_all(&r);
	ok(r.ended && nameless == r.events / devices && told->warned == 2,
	   "one more has none, and that is told");
	limit = NULL;
	devices = 1;
}

/* The kernel's table of devices is full: which the others are is not known. */
static void test_nameless(void)
{
	static const u32 none[] = { 0, 0, 0, 0, 0, 0 };
	static char name[] = "0000:03:00.0";
	struct recording_reader r;

	counts = none;
	nr_counts = 6;
	devices = 3;
	named = 1;
	record(RLIM_INFINITY);
	ok(told->swept > 0, "devices that are gone are looked for");
	read_all(&r);
	ok(r.events == 6 && r.lost == 7, "events of devices without a name are recorded");
	nr_counts = 6;
	command_options.device = name;
	record(RLIM_INFINITY);
	command_options.device = NULL;
	read_all(&r);
	ok(r.events == 2 && r.lost == 4 + 7, "where one device is asked for, they are lost");
	devices = 1;
	named = XB_MAX_DEVICES * 2;
}

/* Its driver narrows the mask, and widens it again; one event comes late from another CPU. */
static void test_changes(void)
{
	static const u32 none[6], told_versions[] = { 1, 1, 2, 1, 0, 3 };
	struct recording_reader r;

	counts = none;
	nr_counts = 6;
	newest = 4;
	versions = told_versions;
	record(RLIM_INFINITY);
	versions = NULL;
	read_all(&r);
	ok(r.ended && nr_described == 2 && described[0].dma_mask == ~0ULL &&
		   described[1].dma_mask == 0xffffffff,
	   "a device that changed is described anew, once for each way that it was");
	ok(described[0].id == 1 && described[1].id == 2 &&
		   !strcmp(described[0].name, described[1].name),
	   "by another number, so that every reader takes it");
	ok(named_by[1] == 1 && named_by[2] == 2 && named_by[3] == 1 && named_by[4] == 1 &&
		   named_by[5] == 1,
	   "each event names the one that was, not what the device is when it is read");
	newest = 0;
}

/* Of the module's no event tells that they have another driver: sysfs does. */
static void test_rebound(void)
{
	static const struct turn rebound[] = {
		{ { 1, true }, 0, 1, 1 },
		{ { 1, true }, 0, 2, 1 },
		{ { 2, true }, 0, 2, 1 },
	};
	struct recording_reader r;

	record_turns(rebound, 3, &r);
	ok(nr_described == 2 && !strcmp(described[0].driver, "driver-1") &&
		   !strcmp(described[1].driver, "driver-2"),
	   "a device of the module with another driver is described anew");
	ok(named_by[0] == 1 && named_by[1] == 2, "and named so from then on");
}

int main(void)
{
	char folder[] = "/tmp/record_test.XXXXXX";

	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (told == MAP_FAILED || !mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/rec", folder);
	test_losses();
	test_module();
	test_full_disk();
	test_limit();
	test_many_devices();
	test_nameless();
	test_changes();
	test_rebound();
	unlink(path);
	rmdir(folder);
	return done_testing();
}
