// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounces by device as tracefs counts them, for kernels that no program of ours fits.
 *
 * A histogram trigger on swiotlb:swiotlb_bounced, and where the module is loaded one on its
 * xsw_map and its xsw_full, sums hits and bytes inside the kernel, in a tracing instance of our
 * own.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/device.h"
#include "engine/instance.h"
#include "say.h"
#include "engine/tracefs.h"

#define STOCK_EVENT  "events/swiotlb/swiotlb_bounced"
#define MODULE_EVENT "events/xen_swiotlb/xsw_map"
#define FULL_EVENT   "events/xen_swiotlb/xsw_full"
#define MAX_DOMAINS  16
#define LARGEST      262144 /* bytes that stock can map through its pool at once */

static const struct host *host;
static bool module_counted; /* its triggers are set */

static bool has_field(const char *format, const char *field)
{
	return strstr(format, field);
}

/* The event comes before the pool is searched: what is too large for it fails, and has its own. */
static void set_stock_triggers(void)
{
	char format[4096], trigger[256];
	FILE *f = instance_open(STOCK_EVENT, "format", "r");
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
	instance_trigger(STOCK_EVENT, trigger);
	snprintf(trigger, sizeof(trigger), "hist:keys=dev_name:vals=size:size=4096 if size > %u",
		 LARGEST);
	instance_trigger(STOCK_EVENT, trigger);
}

/* A histogram has three keys at most: the PCI domain goes into a filter, one trigger for each. */
static void set_module_triggers(void)
{
	unsigned int domains[MAX_DOMAINS], domain, n = 0, i;
	bool more = false;
	char trigger[256];
	struct dirent *entry;
	DIR *dir = opendir("/sys/bus/pci/devices");

	while (dir && (entry = readdir(dir))) {
		if (sscanf(entry->d_name, "%x:", &domain) != 1)
			continue;
		for (i = 0; i < n && domains[i] != domain; i++)
			continue;
		if (i < n)
			continue;
		if (n == MAX_DOMAINS) {
			more = true;
			continue;
		}
		domains[n++] = domain;
		snprintf(trigger, sizeof(trigger),
			 "hist:keys=bus_nr,devfn,reason:vals=size:size=4096 "
			 "if domain == %u && reason != 0",
			 domain);
		instance_trigger(MODULE_EVENT, trigger);
		snprintf(trigger, sizeof(trigger),
			 "hist:keys=bus_nr,devfn,fail:vals=size:size=4096 if domain == %u", domain);
		instance_trigger(FULL_EVENT, trigger);
	}
	if (dir)
		closedir(dir);
	if (more)
		warn("not seen: the module's devices in PCI domains beyond the first %d that sysfs "
		     "lists, for each takes a histogram",
		     MAX_DOMAINS);
}

static bool is_traced(const char *event)
{
	FILE *f = instance_open(event, "trigger", "r");

	if (f)
		fclose(f);
	return f;
}

/* A trigger has a reference on the module: once set it stays. */
void tracefs_follow(void)
{
	if (module_counted || !is_traced(MODULE_EVENT) || !is_traced(FULL_EVENT))
		return;
	module_counted = true;
	set_module_triggers();
}

void tracefs_start(const struct host *where, const char *why)
{
	static const char *const events[] = { STOCK_EVENT, MODULE_EVENT, FULL_EVENT, NULL };
	FILE *f;

	host = where;
	if (!instance_find_root())
		die("%s, and there is no tracefs either: "
		    "mount -t tracefs tracefs /sys/kernel/tracing",
		    why);
	f = instance_open_root(STOCK_EVENT, "hist");
	if (!f)
		die("%s, and no histogram of swiotlb:swiotlb_bounced can be had either "
		    "(CONFIG_SWIOTLB, CONFIG_HIST_TRIGGERS): %s",
		    why, strerror(errno));
	fclose(f);
	instance_begin(events);
	set_stock_triggers();
	tracefs_follow();
	warn("%s: only bounced mappings are counted, by tracefs; not seen are direct ones, copies "
	     "back at unmap and sync, failures on stock for want of room, exchanges and time",
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

static void read_module(struct flow_state *state, const char *line, const char *only, u64 domain,
			bool failed)
{
	unsigned int bus = number_of(line, "bus_nr"), devfn = number_of(line, "devfn");
	char name[XB_NAME_LEN];
	struct flow_row *row;

	snprintf(name, sizeof(name), "%04llx:%02x:%02x.%x", domain, bus & 0xff, devfn >> 3 & 0x1f,
		 devfn & 7);
	if (only && strcmp(only, name))
		return;
	row = row_of(state, name, XB_MODULE_DEVICE);
	if (row && failed)
		row->stat.fails[number_of(line, "fail") & 7] += number_of(line, "hitcount");
	else if (row)
		add(row, number_of(line, "reason"), line);
}

/* A name may hold ends of lines: what begins with "{ " goes on up to its counts. */
static bool is_entry(const char *text)
{
	const char *end = strrchr(text, '}');

	return end && !strncmp(end, "} hitcount: ", 12);
}

static void read_entry(struct flow_state *state, const char *event, char *entry, const char *only,
		       u64 domain, bool too_large)
{
	if (!strcmp(event, STOCK_EVENT))
		read_stock(state, entry, only, too_large);
	else
		read_module(state, entry, only, domain, !strcmp(event, FULL_EVENT));
}

static void read_histogram(struct flow_state *state, const char *event, const char *only)
{
	FILE *f = instance_open(event, "hist", "r");
	char entry[1024], *line = entry, *at;
	bool too_large = false;
	u64 domain = 0;

	while (f && fgets(line, sizeof(entry) - (line - entry), f)) {
		if (line == entry && !strncmp(line, "# trigger info:", 15)) {
			at = strstr(line, "domain == ");
			domain = at ? strtoull(at + 10, NULL, 10) : 0;
			too_large = strstr(line, "if size > ");
		} else if (line == entry && !strncmp(line, "    Dropped: ", 13)) {
			state->losses.devices += strtoull(line + 13, NULL, 10);
		} else if (strncmp(entry, "{ ", 2)) {
			continue;
		} else if (is_entry(entry)) {
			read_entry(state, event, entry, only, domain, too_large);
			line = entry;
		} else {
			line += strlen(line);
			if (line - entry < (int)sizeof(entry) - 1)
				continue;
			state->losses.devices++;
			line = entry;
		}
	}
	state->losses.devices += line != entry;
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
	tracefs_follow();
	if (!module_counted)
		return;
	read_histogram(state, MODULE_EVENT, only);
	read_histogram(state, FULL_EVENT, only);
}

void tracefs_stop(void)
{
	instance_end();
}
