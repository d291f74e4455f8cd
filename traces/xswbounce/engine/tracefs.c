// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounces by device as tracefs counts them, for kernels that no program of ours fits.
 *
 * A histogram trigger on swiotlb:swiotlb_bounced, and where the module is loaded one on its
 * xsw_map, sums hits and bytes inside the kernel, in a tracing instance of our own.
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
#define MAX_DOMAINS  16
#define LARGEST      262144 /* bytes that stock can map through its pool at once */

static const struct host *host;

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
		instance_trigger(MODULE_EVENT, trigger);
	}
	if (dir)
		closedir(dir);
}

void tracefs_start(const struct host *where, const char *why)
{
	static const char *const events[] = { STOCK_EVENT, MODULE_EVENT, NULL };
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
	FILE *f = instance_open(event, "hist", "r");
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

void tracefs_stop(void)
{
	instance_end();
}
