// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounces by device as tracefs counts them, for kernels that no program of ours fits.
 *
 * A histogram trigger on swiotlb:swiotlb_bounced, and where the module is loaded one on its
 * xsw_map, sums hits and bytes inside the kernel. The triggers live in a tracing instance of our
 * own, so that no other user of tracefs is disturbed. A guard process waits for the end of this
 * one, however it comes, and removes the instance.
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

#include "engine/device.h"
#include "say.h"
#include "engine/tracefs.h"

#define STOCK_EVENT  "events/swiotlb/swiotlb_bounced"
#define MODULE_EVENT "events/xen_swiotlb/xsw_map"
#define MAX_DOMAINS  16
#define LARGEST      262144 /* bytes that stock can map through its pool at once */

static const struct host *host;
static char root[64], instance[256];
static int guard_pipe = -1;
static pid_t guard;

static bool find_root(void)
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

/* Appended: opening the file for writing from the start would remove other triggers. */
static int write_trigger(const char *event, const char *prefix, const char *trigger)
{
	FILE *f = open_in(instance, event, "trigger", "a");

	if (!f)
		return errno;
	fprintf(f, "%s%s\n", prefix, trigger);
	return fclose(f) ? errno : 0;
}

static void remove_triggers(const char *event)
{
	int tries = MAX_DOMAINS + 2; /* more than were set */
	char line[512], *end;
	FILE *f;

	/* a removal changes the file that is read: begin again after each */
	while (tries-- && (f = open_in(instance, event, "trigger", "r"))) {
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
	int tries;

	remove_triggers(STOCK_EVENT);
	remove_triggers(MODULE_EVENT);
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

static void set_trigger(const char *event, const char *trigger)
{
	int err = write_trigger(event, "", trigger);

	if (err)
		die("the kernel refused the trigger '%s' on %s (%s): see %s/error_log", trigger,
		    event, strerror(err), root);
}

static bool has_field(const char *format, const char *field)
{
	return strstr(format, field);
}

/* The event comes before the pool is searched: what is too large for it fails, and has its own. */
static void set_stock_triggers(void)
{
	char format[4096], trigger[256];
	FILE *f = open_in(instance, STOCK_EVENT, "format", "r");
	size_t n = 0;

	if (f) {
		n = fread(format, 1, sizeof(format) - 1, f);
		fclose(f);
	}
	format[n] = '\0';
	snprintf(trigger, sizeof(trigger),
		 "hist:keys=dev_name%s%s:vals=size%s:size=4096 if size <= %u",
		 has_field(format, " dma_mask;") ? ",dma_mask" : "",
		 has_field(format, " dev_addr;") ? ",dev_addr.log2" : "",
		 has_field(format, "bool force;") ? ",force" : "", LARGEST);
	set_trigger(STOCK_EVENT, trigger);
	snprintf(trigger, sizeof(trigger), "hist:keys=dev_name:vals=size:size=4096 if size > %u",
		 LARGEST);
	set_trigger(STOCK_EVENT, trigger);
}

/* A histogram has three keys at most: the PCI domain goes into a filter, one trigger for each. */
static void set_module_triggers(void)
{
	unsigned int domains[MAX_DOMAINS], domain, n = 0, i;
	char trigger[256];
	struct dirent *entry;
	DIR *dir = opendir("/sys/bus/pci/devices");

	while (dir && n < MAX_DOMAINS && (entry = readdir(dir))) {
		if (sscanf(entry->d_name, "%x:", &domain) != 1)
			continue;
		for (i = 0; i < n && domains[i] != domain; i++)
			continue;
		if (i < n)
			continue;
		domains[n++] = domain;
		snprintf(trigger, sizeof(trigger),
			 "hist:keys=bus_nr,devfn,reason:vals=size:size=4096 "
			 "if domain == %u && reason != 0",
			 domain);
		set_trigger(MODULE_EVENT, trigger);
	}
	if (dir)
		closedir(dir);
}

void tracefs_start(const struct host *where, const char *why)
{
	FILE *f;

	host = where;
	if (!find_root())
		die("%s, and there is no tracefs either: "
		    "mount -t tracefs tracefs /sys/kernel/tracing",
		    why);
	f = open_in(root, STOCK_EVENT, "hist", "r");
	if (!f)
		die("%s, and no histogram of swiotlb:swiotlb_bounced can be had either "
		    "(CONFIG_SWIOTLB, CONFIG_HIST_TRIGGERS): %s",
		    why, strerror(errno));
	fclose(f);
	remove_stale();
	snprintf(instance, sizeof(instance), "%s/instances/xswbounce-%lu-%d-%llu", root,
		 pid_namespace(), getpid(), start_time(getpid()));
	start_guard(); /* before there is anything to remove */
	if (mkdir(instance, 0700))
		die("can't make the tracing instance %s: %s", instance, strerror(errno));
	set_stock_triggers();
	if (host_has_module())
		set_module_triggers();
	warn("%s: only bounced mappings are counted, by tracefs; not seen are direct ones, copies "
	     "back at unmap and sync, failures for want of room, exchanges and time",
	     why);
}

/* The number after " KEY: ", be it a power of two or not. */
static u64 number_of(const char *line, const char *key)
{
	char text[32];
	const char *at;

	snprintf(text, sizeof(text), " %s: ", key);
	at = strstr(line, text);
	if (!at)
		return 0;
	at += strlen(text);
	at += strspn(at, "~ ");
	return strtoull(strncmp(at, "2^", 2) ? at : at + 2, NULL, 10);
}

static u64 key_of(const char *name, u64 kind)
{
	u64 hash = 0xcbf29ce484222325ULL;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3ULL;
	return (hash & (XB_MODULE_DEVICE - 1)) | kind;
}

static struct flow_row *row_of(struct flow_state *state, const char *name, u64 kind)
{
	u64 key = key_of(name, kind);
	struct flow_row *row;
	int i;

	for (i = 0; i < state->nr_rows; i++)
		if (state->rows[i].key == key)
			return &state->rows[i];
	if (state->nr_rows == XB_MAX_DEVICES) {
		state->losses.devices++;
		return NULL;
	}
	row = &state->rows[state->nr_rows++];
	memset(row, 0, sizeof(*row));
	row->key = key;
	device_by_name(name, &row->device);
	row->backend = kind ? "xen_swiotlb" : host_backend(host);
	return row;
}

/*
 * A line is "{ KEY: VALUE, ... } hitcount: N  size: N". A name may hold anything, so that it is
 * read from the end: no key or value behind it does.
 */
static char *last_of(char *line, const char *what)
{
	char *found = NULL, *at;

	for (at = line; (at = strstr(at, what)); at++)
		found = at;
	return found;
}

static void add(struct flow_row *row, enum xb_reason reason, const char *values)
{
	u64 size = number_of(values, "size");

	row->stat.bounces[reason & 7] += number_of(values, "hitcount");
	row->stat.bounce_bytes += size;
	row->stat.copied_bytes += size;
}

/* An address is told by its power of two, rounded up: above the mask if that has more bits. */
static enum xb_reason stock_reason(const char *keys, const char *values, u64 mask)
{
	unsigned int bits = 0;

	if (number_of(values, "force") == number_of(values, "hitcount"))
		return XB_FORCED;
	for (; mask; mask >>= 1)
		bits++;
	return number_of(keys, "dev_addr") > bits ? XB_MASK : XB_STRADDLE;
}

/* Cut into the device's name, the keys behind it and the values; false: it is none of these lines.
 */
static bool cut_stock(char *line, char **name, char **keys, char **values)
{
	static const char begin[] = "{ dev_name: ";
	char *end;

	*values = strrchr(line, '}');
	if (strncmp(line, begin, strlen(begin)) || !*values)
		return false;
	*(*values)++ = '\0';
	*name = line + strlen(begin);
	*keys = last_of(*name, ", dma_mask: ") ?: last_of(*name, ", dev_addr: ");
	if (*keys)
		*(*keys)++ = '\0';
	else
		*keys = *values;
	for (end = *name + strlen(*name); end > *name && end[-1] == ' ';)
		*--end = '\0';
	return true;
}

static void read_stock(struct flow_state *state, char *line, const char *only, bool too_large)
{
	char *name, *keys, *values;
	struct flow_row *row;
	u64 mask;

	if (!cut_stock(line, &name, &keys, &values) || (only && strcmp(only, name)))
		return;
	row = row_of(state, name, 0);
	if (!row)
		return;
	if (too_large) {
		row->stat.fails[XB_FAIL_TOO_LARGE] += number_of(values, "hitcount");
		return;
	}
	mask = number_of(keys, "dma_mask");
	if (mask)
		row->device.mask = mask;
	add(row, stock_reason(keys, values, row->device.mask), values);
}

static void read_module(struct flow_state *state, const char *line, const char *only, u64 domain)
{
	unsigned int bus = number_of(line, "bus_nr"), devfn = number_of(line, "devfn");
	char name[XB_NAME_LEN];
	struct flow_row *row;

	snprintf(name, sizeof(name), "%04llx:%02x:%02x.%x", domain, bus & 0xff, devfn >> 3 & 0x1f,
		 devfn & 7);
	if (only && strcmp(only, name))
		return;
	row = row_of(state, name, XB_MODULE_DEVICE);
	if (row)
		add(row, number_of(line, "reason"), line);
}

static void read_histogram(struct flow_state *state, const char *event, const char *only)
{
	FILE *f = open_in(instance, event, "hist", "r");
	bool too_large = false;
	char line[512], *at;
	u64 domain = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "# trigger info:", 15)) {
			at = strstr(line, "domain == ");
			domain = at ? strtoull(at + 10, NULL, 10) : 0;
			too_large = strstr(line, "if size > ");
		} else if (!strncmp(line, "    Dropped: ", 13)) {
			state->losses.devices += strtoull(line + 13, NULL, 10);
		} else if (*line != '{' || !strchr(line, '}')) {
			continue;
		} else if (!strcmp(event, STOCK_EVENT)) {
			read_stock(state, line, only, too_large);
		} else {
			read_module(state, line, only, domain);
		}
	}
	if (f)
		fclose(f);
}

void tracefs_read(struct flow_state *state, const char *only)
{
	state->nr_rows = 0;
	state->nr_guests = 0;
	memset(&state->exchanges, 0, sizeof(state->exchanges));
	memset(&state->losses, 0, sizeof(state->losses));
	read_histogram(state, STOCK_EVENT, only);
	if (host_has_module())
		read_histogram(state, MODULE_EVENT, only);
}

/* The guard does the removing: it is there for every way to end. */
void tracefs_stop(void)
{
	close(guard_pipe);
	waitpid(guard, NULL, 0);
}
