// SPDX-License-Identifier: GPL-2.0-only
/*
 * A tracing instance of our own, so that no other user of tracefs is disturbed.
 *
 * A guard process waits for the end of this one, however it comes, and removes the instance. What a
 * run has left whose guard was killed, too, the next one removes.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/instance.h"
#include "say.h"

#define TRIGGERS_MOST 64 /* of an event: more than are ever set */

static const char *const *events; /* that may have triggers of ours, up to NULL */
static char root[64], instance[256];
static int guard_pipe = -1;
static pid_t guard;

bool instance_find_root(void)
{
	static const char *const roots[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	char path[96];
	size_t i;

	for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		snprintf(path, sizeof(path), "%s/instances", roots[i]);
		if (access(path, F_OK))
			continue;
		snprintf(root, sizeof(root), "%s", roots[i]);
		return true;
	}
	return false;
}

static FILE *open_in(const char *dir, const char *event, const char *file, const char *mode)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s/%s", dir, event, file);
	return fopen(path, mode);
}

FILE *instance_open_root(const char *event, const char *file)
{
	return open_in(root, event, file, "r");
}

FILE *instance_open(const char *event, const char *file, const char *mode)
{
	return open_in(instance, event, file, mode);
}

/* Appended: opening the file for writing from the start would remove other triggers. */
static int write_trigger(const char *event, const char *prefix, const char *trigger)
{
	FILE *f = instance_open(event, "trigger", "a");

	if (!f)
		return errno;
	fprintf(f, "%s%s\n", prefix, trigger);
	return fclose(f) ? errno : 0;
}

static void remove_triggers(const char *event)
{
	int tries = TRIGGERS_MOST;
	char line[512], *end;
	FILE *f;

	/* a removal changes the file that is read: begin again after each */
	while (tries-- && (f = instance_open(event, "trigger", "r"))) {
		bool found = false;

		while (!found && fgets(line, sizeof(line), f))
			found = !strncmp(line, "hist:", 5);
		fclose(f);
		if (!found)
			return;
		end = strstr(line, " [");
		*(end ?: line + strcspn(line, "\n")) = '\0';
		if (write_trigger(event, "!", line))
			return;
	}
}

static void remove_instance(void)
{
	int i, tries;

	for (i = 0; events[i]; i++)
		remove_triggers(events[i]);
	for (tries = 0; tries < 50 && rmdir(instance) && errno != ENOENT; tries++)
		usleep(100000);
}

/* A process is known by its namespace, its number there, and its start: the number alone comes
 * again. */
static unsigned long pid_namespace(void)
{
	char link[64] = "";
	unsigned long number = 0;

	if (readlink("/proc/self/ns/pid", link, sizeof(link) - 1) > 0)
		sscanf(link, "pid:[%lu]", &number);
	return number;
}

/* Field 22 of its stat; 0: it is not there. */
static unsigned long long start_time(int pid)
{
	unsigned long long start = 0;
	char path[64], line[512], *at;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f && fgets(line, sizeof(line), f) && (at = strrchr(line, ')')))
		sscanf(at + 1,
		       "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
		       "%*s %*s %llu",
		       &start);
	if (f)
		fclose(f);
	return start;
}

/* Instances of runs whose guard was killed too. */
static void remove_stale(void)
{
	unsigned long long start;
	unsigned long space;
	char path[96];
	struct dirent *entry;
	DIR *dir;
	int pid;

	snprintf(path, sizeof(path), "%s/instances", root);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (sscanf(entry->d_name, "xswbounce-%lu-%d-%llu", &space, &pid, &start) != 3 ||
		    space != pid_namespace() || start_time(pid) == start)
			continue;
		snprintf(instance, sizeof(instance), "%s/%.100s", path, entry->d_name);
		remove_instance();
		warn("removed what a run that was killed had left: %s", entry->d_name);
	}
	if (dir)
		closedir(dir);
}

/* A reader of the pipe sees its end as soon as no process has the other side. */
static void start_guard(void)
{
	int ends[2];
	char byte;

	if (pipe2(ends, O_CLOEXEC))
		die("can't make a pipe: %s", strerror(errno));
	guard = fork();
	if (guard < 0)
		die("can't start a process: %s", strerror(errno));
	guard_pipe = ends[1];
	if (guard) {
		close(ends[0]);
		return;
	}
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	close(ends[1]);
	while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
		continue;
	remove_instance();
	_exit(0);
}

void instance_trigger(const char *event, const char *trigger)
{
	int err = write_trigger(event, "", trigger);

	if (err)
		die("the kernel refused the trigger '%s' on %s (%s): see %s/error_log", trigger,
		    event, strerror(err), root);
}

void instance_begin(const char *const *its_events)
{
	events = its_events;
	remove_stale();
	snprintf(instance, sizeof(instance), "%s/instances/xswbounce-%lu-%d-%llu", root,
		 pid_namespace(), getpid(), start_time(getpid()));
	start_guard(); /* before there is anything to remove */
	if (mkdir(instance, 0700))
		die("can't make the tracing instance %s: %s", instance, strerror(errno));
}

/* The guard does the removing: it is there for every way to end. */
void instance_end(void)
{
	close(guard_pipe);
	waitpid(guard, NULL, 0);
}
