// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounces as tracefs counts them: what is read from histograms that a kernel could show, and which
 * instances of other runs are removed. See tracefs.t for the kernel's part, which files play.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/device.h"
#include "engine/tracefs.h"
#include "ok.h"
#include "say_counted.h"

#define INSTANCES "/sys/kernel/tracing/instances"

static const char *template; /* what an instance has as soon as it is made */
static const char *module;   /* and what is there, too, as soon as the module is loaded */
static struct flow_state state;
static struct host host;

/* What the kernel does when an instance is made and removed. */
int kernel_mkdir(const char *path, mode_t mode)
{
	char command[512];

	if (mkdir(path, mode))
		return -1;
	snprintf(command, sizeof(command), "cp -r %s/. %s/", template, path);
	return system(command);
}

int kernel_rmdir(const char *path)
{
	char command[512];

	snprintf(command, sizeof(command), "rm -r %s", path);
	return system(command);
}

/* What tracefs.c and device.c call of the others. */
u64 host_number(const char *path)
{
	(void)path;
	return 64;
}

const char *host_backend(const struct host *h)
{
	(void)h;
	return "swiotlb";
}

static const struct flow_row *row_of(const char *name, const char *backend)
{
	int i;

	for (i = 0; i < state.nr_rows; i++)
		if (!strcmp(state.rows[i].device.name, name) &&
		    !strcmp(state.rows[i].backend, backend))
			return &state.rows[i];
	return NULL;
}

static bool has(const char *name, u64 mask, enum xb_reason reason, u64 bounces, u64 bytes)
{
	const struct flow_row *row = row_of(name, "swiotlb");

	return row && row->device.mask == mask && row->stat.bounces[reason] == bounces &&
	       row->stat.bounce_bytes == bytes;
}

static void test_figures(void)
{
	const struct flow_row *row;

	tracefs_read(&state, NULL);
	ok(has("0000:00:04.0", 0xffffffff, XB_MASK, 180000000000, 270000000008192),
	   "a day of 25 GbE, by its mask");
	row = row_of("0000:00:04.0", "swiotlb");
	ok(row && row->stat.bounces[XB_STRADDLE] == 2, "and what lies below the mask straddles");
	ok(row && row->stat.fails[XB_FAIL_TOO_LARGE] == 20,
	   "what is above 256 KiB has failed, and did not bounce");
	ok(has("10000:e1:00.0", 0xffffffffffffff, XB_FORCED, 3, 3000000000), "forced bounces");
	ok(has("a, dma_mask: 7 } hitcount: 9  s", 0x3fffffff, XB_STRADDLE, 5, 20480),
	   "a name is any bytes, and no key or value");
	ok(has("two words", ~0ULL, XB_STRADDLE, 7, 28672), "and more than a word");
	ok(has("a?b?    Dropped: 9", 0x3fffffff, XB_STRADDLE, 8, 32768), "and than a line");
	ok(state.nr_rows == 5 && state.losses.devices == 6, "no other; what found no room is told");
	tracefs_read(&state, "two words");
	ok(state.nr_rows == 1, "one device alone");
}

static void test_module(unsigned long space, unsigned long long start)
{
	const struct flow_row *row;
	char command[512];

	snprintf(command, sizeof(command), "cp -r %s/. " INSTANCES "/xswbounce-%lu-%d-%llu/",
		 module, space, getpid(), start);
	if (system(command))
		exit(1);
	tracefs_follow();
	tracefs_read(&state, NULL);
	row = row_of("0001:02:03.4", "xen_swiotlb");
	ok(row && row->stat.bounces[XB_ALIGN] == 11 && row->stat.bounce_bytes == 45056,
	   "the module comes: a device of its, in the PCI domain of its histogram");
	ok(row && row->stat.fails[XB_FAIL_FULL] == 13, "and what it could not map");
	ok(warnings == 3, "more PCI domains than can have histograms are told");
}

static unsigned long long start_of(pid_t pid)
{
	unsigned long long start = 0;
	char command[128];
	FILE *f;

	snprintf(command, sizeof(command), "sed 's/.*) //' /proc/%d/stat | cut -d ' ' -f 20", pid);
	f = popen(command, "r");
	if (!f || fscanf(f, "%llu", &start) != 1)
		exit(1);
	pclose(f);
	return start;
}

static char *instance_of(unsigned long space, pid_t pid, unsigned long long start)
{
	char *path;

	if (asprintf(&path, INSTANCES "/xswbounce-%lu-%d-%llu", space, pid, start) < 0 ||
	    mkdir(path, 0700))
		exit(1);
	return path;
}

static bool there(const char *path)
{
	return !access(path, F_OK);
}

static int instances(void)
{
	DIR *dir = opendir(INSTANCES);
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

int main(int argc, char **argv)
{
	char *came_again, *alive, *foreign, link[64] = "";
	unsigned long space;
	pid_t sleeper;

	if (argc != 3 || readlink("/proc/self/ns/pid", link, sizeof(link) - 1) < 0)
		return 1;
	template = argv[1];
	module = argv[2];
	space = strtoul(link + strlen("pid:["), NULL, 10);
	sleeper = fork();
	if (!sleeper) {
		pause();
		_exit(0);
	}
	came_again = instance_of(space, getpid(), start_of(getpid()) - 1);
	alive = instance_of(space, sleeper, start_of(sleeper));
	foreign = instance_of(space + 1, 1, 1);
	tracefs_start(&host, "no reason");
	ok(!there(came_again) && warnings == 2,
	   "an instance of a process whose number came again is removed, and that is told");
	ok(there(alive), "one of a process that runs is left alone");
	ok(there(foreign), "so is one of another PID namespace");
	ok(instances() == 3, "beside its own");
	test_figures();
	test_module(space, start_of(getpid()));
	tracefs_stop();
	ok(instances() == 2, "which is gone at the end");
	kill(sleeper, SIGKILL);
	waitpid(sleeper, NULL, 0);
	return done_testing();
}
