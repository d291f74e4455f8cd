// SPDX-License-Identifier: GPL-2.0-only
/* Names of the kernel's functions, from /proc/kallsyms. */
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "engine/symbols.h"

struct entry {
	u64 address;
	u64 end;     /* no frame from here on is its own */
	size_t name; /* where it begins among the names */
};

/* No function is longer. Where nobody tells the end of a region, its last function ends here. */
#define FAR (1 << 20)

#define MODULES_MOST 1024

/* The modules, as /proc/modules has them. */
static struct region {
	char name[64];
	u64 from, to;
} regions[MODULES_MOST];
static int nr_regions;

static struct entry *table;
static size_t entries;
static char *names; /* one behind the other: the next reading takes the same memory */
static size_t names_used;
static bool hidden;    /* kptr_restrict: every address reads 0 */
static size_t modules; /* what /proc/modules was when the table was read */

static int by_address(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

/* Room for one more: twice as much if there is none. */
static void *grown(void *memory, size_t *room, size_t used, size_t more, size_t size)
{
	if (used + more <= *room)
		return memory;
	*room = *room ? 2 * *room : 1 << 16;
	memory = realloc(memory, *room * size);
	if (!memory)
		die("out of memory");
	return memory;
}

static size_t digest(size_t sum, const void *data, size_t size)
{
	const unsigned char *byte = data;

	while (size--)
		sum = sum * 31 + *byte++;
	return sum;
}

/*
 * "NAME SIZE REFERENCES USERS STATE ADDRESS"; the address is 0 where it is hidden.
 * Return: a digest of which modules lie where. Who uses them changes no name.
 */
static size_t read_modules(void)
{
	FILE *f = fopen("/proc/modules", "r");
	char line[4096];
	size_t sum = 0;
	u64 size;

	nr_regions = 0;
	while (f && nr_regions < MODULES_MOST && fgets(line, sizeof(line), f)) {
		struct region *r = &regions[nr_regions];

		if (sscanf(line, "%63s %llu %*s %*s %*s %llx", r->name, &size, &r->from) != 3)
			continue;
		r->to = r->from + size;
		sum = digest(sum, r->name, strlen(r->name) + 1);
		sum = digest(sum, &r->from, sizeof(r->from));
		sum = digest(sum, &size, sizeof(size));
		nr_regions++;
	}
	if (f)
		fclose(f);
	return sum;
}

/* @module: "[NAME]", or "" */
static u64 end_of(u64 address, const char *module)
{
	const struct region *r;

	for (r = regions; *module && r < regions + nr_regions; r++)
		if (address >= r->from && address < r->to &&
		    !strncmp(module + 1, r->name, strlen(r->name)) &&
		    !strcmp(module + 1 + strlen(r->name), "]"))
			return r->to;
	return address + FAR;
}

static void add(u64 address, const char *name, const char *module)
{
	size_t length = strlen(name) + 1 + strlen(module) + 1;
	static size_t room, names_room;

	table = grown(table, &room, entries, 1, sizeof(*table));
	names = grown(names, &names_room, names_used, length, 1);
	table[entries].address = address;
	table[entries].end = end_of(address, module);
	table[entries].name = names_used;
	snprintf(names + names_used, length, "%s%s%s", name, *module ? " " : "", module);
	names_used += length;
	entries++;
}

static void load(void)
{
	char line[512], name[256], module[128], type;
	u64 address;
	FILE *f = fopen("/proc/kallsyms", "r");

	if (!f)
		die("can't read /proc/kallsyms: stacks have no names without it");
	modules = read_modules(); /* before: what changes meanwhile is read again */
	while (fgets(line, sizeof(line), f)) {
		module[0] = '\0';
		if (sscanf(line, "%llx %c %255s %127s", &address, &type, name, module) >= 3 &&
		    strchr("tTwW", type))
			add(address, name, module);
	}
	fclose(f);
	qsort(table, entries, sizeof(*table), by_address);
	hidden = !entries || !table[entries - 1].address;
	malloc_trim(0); /* sorting took as much again: a tool may run for months */
	if (hidden)
		warn("the kernel hides its addresses (kptr_restrict): stacks are shown as numbers");
}

int symbol_stack(struct bpf_map *stacks, int stack, u64 addresses[XB_STACK_DEPTH])
{
	int n = 0;

	memset(addresses, 0, XB_STACK_DEPTH * sizeof(*addresses));
	if (stack < 0 || bpf_map__lookup_elem(stacks, &stack, sizeof(stack), addresses,
					      XB_STACK_DEPTH * sizeof(*addresses), 0))
		return 0;
	while (n < XB_STACK_DEPTH && addresses[n])
		n++;
	return n;
}

void symbol_renew(void)
{
	if (!table || modules == read_modules())
		return;
	entries = names_used = 0;
	load();
}

static const char *number(u64 address)
{
	static char texts[XB_STACK_DEPTH][20];
	static unsigned int at;
	char *text = texts[at++ % XB_STACK_DEPTH];

	snprintf(text, sizeof(texts[0]), "0x%llx", address);
	return text;
}

const char *symbol(u64 address)
{
	size_t low = 0, high, middle;

	if (!table)
		load();
	if (hidden)
		return number(address);
	for (high = entries; low < high;) {
		middle = (low + high) / 2;
		if (table[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address < table[low - 1].end ? names + table[low - 1].name : number(address);
}

int symbol_frames(const u64 *addresses, int n)
{
	static const char *const own[] = { "bpf_",   "__bpf_",       "perf_trace_",
					   "trace_", "__traceiter_", "__trace" };
	size_t i;
	int skip;

	for (skip = 0; skip < n - 1; skip++) {
		const char *name = symbol(addresses[skip]);

		for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
			if (!strncmp(name, own[i], strlen(own[i])))
				break;
		if (i == sizeof(own) / sizeof(own[0]))
			break;
	}
	return skip;
}
