// SPDX-License-Identifier: GPL-2.0-only
/* What full says of a failure that is made up. */
#include <string.h>

#include "commands/streams.c"
#include "command_quiet.h"
#include "ok.h"

/* What streams.c calls of the others. */
bool command_wait(double step, double end)
{
	(void)step;
	(void)end;
	return false;
}

const char *host_backend(const struct host *h)
{
	(void)h;
	return "swiotlb-xen";
}

static bool verbose;

bool say_is_verbose(void)
{
	return verbose;
}

void warn(const char *format, ...)
{
	(void)format;
}

int symbol_frames(const u64 *addresses, int n)
{
	(void)addresses;
	return n;
}

static int renewed; /* the names of symbols */

void symbol_renew(void)
{
	renewed++;
}

const char *symbol(u64 address)
{
	(void)address;
	return "";
}

void events_start(const struct host *h, const struct events_options *options, events_visitor visit)
{
	(void)h;
	(void)options;
	(void)visit;
}

void events_follow(void)
{
}

void events_arm(void)
{
}

void events_sweep(void)
{
}

bool events_poll(void)
{
	return false;
}

void events_drain(double seconds)
{
	(void)seconds;
}

void events_stop(void)
{
}

u32 events_lost(void)
{
	return 0;
}

bool events_device(u64 dev, struct xb_device *d)
{
	*d = (struct xb_device){ .name = "0000:03:00.0", .driver = "e1000" };
	if (!dev)
		strcpy(d->name, "?");
	return dev;
}

int events_stack(int stack, u64 addresses[XB_STACK_DEPTH])
{
	(void)stack;
	(void)addresses;
	return 0;
}

/* The line that it prints. */
static const char *line_of(u64 dev)
{
	const struct xb_failure f = {
		.m = { .kind = XB_FAILURE, .dev = dev, .size = 8192 },
		.pool = { .slots = 1024, .used = 1000, .largest = 3 },
		.fail = XB_FAIL_FRAGMENTED,
		.walked = 1,
		.comm = "fio",
	};
	static char text[256];
	FILE *f_out = stdout;

	memset(text, 0, sizeof(text));
	stdout = fmemopen(text, sizeof(text), "w");
	show(&f.m, sizeof(f));
	fclose(stdout);
	stdout = f_out;
	return text;
}

int main(void)
{
	static char name[] = "0000:04:00.0";

	ok(strstr(line_of(XB_STOCK_DEVICE | 7), "longest free run 6 KiB; by fio"),
	   "of stock's pool the longest free run, as it was found");
	ok(strstr(line_of(XB_MODULE_DEVICE | 0x300), "longest free run at most 6 KiB; by fio"),
	   "of the module's the upper bound that its event tells, as one");
	verbose = true;
	line_of(XB_STOCK_DEVICE | 7);
	ok(renewed == 1, "before a stack is shown the names are as the modules are now");
	command_options.json = true;
	line_of(XB_STOCK_DEVICE | 7);
	ok(renewed == 2, "as JSON, too");
	command_options.json = false;
	command_options.device = name;
	ok(!*line_of(XB_STOCK_DEVICE | 7) && !unknown,
	   "another device than is wanted is not shown");
	ok(!*line_of(0) && unknown == 1, "one whose name is not known is counted");
	return done_testing();
}
