// SPDX-License-Identifier: GPL-2.0-only
/* Names of the kernel's functions, from /proc/kallsyms. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "symbols.h"

struct entry {
	u64 address;
	char *name;
};

static struct entry *table;
static size_t entries;

static int by_address(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static void add(u64 address, const char *name, const char *module)
{
	static size_t room;

	if (entries == room) {
		room = room ? 2 * room : 1 << 16;
		table = realloc(table, room * sizeof(*table));
		if (!table)
			die("out of memory");
	}
	table[entries].address = address;
	if (asprintf(&table[entries].name, "%s%s%s", name, *module ? " " : "", module) < 0)
		die("out of memory");
	entries++;
}

static void load(void)
{
	char line[512], name[256], module[128], type;
	u64 address;
	FILE *f = fopen("/proc/kallsyms", "r");

	if (!f)
		die("can't read /proc/kallsyms: stacks have no names without it");
	while (fgets(line, sizeof(line), f)) {
		module[0] = '\0';
		if (sscanf(line, "%llx %c %255s %127s", &address, &type, name, module) >= 3 &&
		    strchr("tTwW", type))
			add(address, name, module);
	}
	fclose(f);
	qsort(table, entries, sizeof(*table), by_address);
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

const char *symbol(u64 address)
{
	size_t low = 0, high, middle;

	if (!table)
		load();
	for (high = entries; low < high;) {
		middle = (low + high) / 2;
		if (table[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? table[low - 1].name : "?";
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
