// SPDX-License-Identifier: GPL-2.0-only
/* xswbounce full and exchange: one line for each failed mapping, or each exchange with Xen. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "engine/device.h"
#include "engine/events.h"
#include "show/json.h"
#include "engine/own_cost.h"
#include "say.h"
#include "engine/symbols.h"
#include "show/text.h"

#define POLL 0.2   /* seconds */
#define SOON 0.001 /* when there may be more */
/* Seconds for what is still to be shown at the end: a full ring on a machine that is busy. */
#define PATIENCE 30.0

static struct host host;
static u64 shown, refused;
static u64 unknown; /* failures that may be of the one device wanted */

static const char full_text[] =
	"One line for each mapping that failed: device, size, why, and the pool as it was then.\v"
	"full: fewer free slots than the mapping needs; fragmented: enough, but no run of them; "
	"too-large: above 256 KiB, which stock never bounces; mask-unreachable: the device can't "
	"address the pool.\nCosts 200 instructions for a map and its unmap that bounce, 400 for others. The longest free run is looked at ten times a "
	"second at most; of the module's pool its event tells an upper bound.\n\n"
	"Examples:\n"
	"  xswbounce full              until Ctrl-C\n"
	"  xswbounce full --json 60    for a minute\n"
	"  xswbounce full -- fio job.fio";

static const char exchange_text[] =
	"One line for each exchange of memory with Xen: what for, order, address bits, result, time.\v"
	"Stock exchanges at boot and for coherent memory; each is a hypercall and a TLB flush. What "
	"Xen answered is known of the module's exchanges; of stock's only the kernel's own result.\n\n"
	"Examples:\n"
	"  xswbounce exchange          until Ctrl-C\n"
	"  xswbounce exchange -- modprobe -r e1000 ; modprobe e1000";

static void print_time(u64 ns)
{
	struct timespec mono, real;
	char text[32];
	long long at;
	time_t s;

	if (!command_options.timestamp) {
		printf("%10.6f ", ns / 1e9);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &real);
	at = (real.tv_sec - mono.tv_sec) * 1000000000LL + real.tv_nsec - mono.tv_nsec + ns;
	s = at / 1000000000;
	strftime(text, sizeof(text), "%H:%M:%S", localtime(&s));
	printf("%s.%06lld ", text, at / 1000 % 1000000);
}

static void print_failure(const struct xb_failure *f, const struct xb_device *d)
{
	u64 addresses[XB_STACK_DEPTH];
	int i, n;

	print_time(f->m.time);
	printf("%s %s: %llu bytes FAILED: %s; pool %llu of %llu slots used", d->name, d->driver,
	       f->m.size, text_fails[f->fail % XB_NR_FAILS], f->pool.used, f->pool.slots);
	if (f->walked)
		printf(", longest free run %s%llu KiB",
		       device_is_module(f->m.dev) ? "at most " : "",
		       f->pool.largest << XB_SLOT_SHIFT >> 10);
	printf("; by %s (%u)\n", text_comm(f->comm), f->pid);
	if (!say_is_verbose())
		return;
	n = events_stack(f->stack, addresses);
	symbol_renew();
	for (i = symbol_frames(addresses, n); i < n; i++)
		printf("    %s\n", symbol(addresses[i]));
}

static void json_failure(const struct xb_failure *f, const struct xb_device *d)
{
	u64 addresses[XB_STACK_DEPTH];
	int i, n = events_stack(f->stack, addresses);

	json_begin("full");
	json_count("monotonic_ns", f->m.time);
	json_text("device", d->name);
	json_text("driver", d->driver);
	json_text("backend", device_is_module(f->m.dev) ? "xen_swiotlb" : host_backend(&host));
	json_count("size", f->m.size);
	json_count("dir", f->m.dir);
	json_text("reason", text_fails[f->fail % XB_NR_FAILS]);
	json_count("pool_slots", f->pool.slots);
	json_count("pool_used", f->pool.used);
	if (f->walked)
		json_count("largest_free_slots", f->pool.largest);
	else
		json_null("largest_free_slots");
	json_text("comm", f->comm);
	json_count("pid", f->pid);
	json_array("stack");
	symbol_renew();
	for (i = symbol_frames(addresses, n); i < n; i++)
		json_text(NULL, symbol(addresses[i]));
	json_array_end();
	json_end();
}

static void show_exchange(const struct xb_exchange *x)
{
	const char *op = x->op == XB_MAKE ? "make" : "undo";

	if (command_options.json) {
		json_begin("exchange");
		json_count("monotonic_ns", x->m.time);
		json_text("backend", x->module ? "xen_swiotlb" : host_backend(&host));
		json_text("op", op);
		json_count("order", x->order);
		json_count("extents", x->extents);
		json_count("address_bits", x->bits);
		json_number("rc", x->rc);
		json_count("ns", x->ns);
		json_text("comm", x->comm);
		json_count("pid", x->pid);
		json_end();
		return;
	}
	print_time(x->m.time);
	printf("%s %llu x order %u (%s) below 2^%u: %s, %s; by %s (%u)\n", op, x->extents, x->order,
	       text_bytes(x->m.size), x->bits, x->rc ? strerror(-x->rc) : "done", text_ns(x->ns),
	       text_comm(x->comm), x->pid);
}

static int show(const struct xb_message *m, size_t size)
{
	struct xb_device d;
	bool known;

	if (m->kind == XB_FAILURE && size >= sizeof(struct xb_failure)) {
		known = events_device(m->dev, &d);
		if (command_options.device && strcmp(command_options.device, d.name)) {
			unknown += !known;
			return 0;
		}
		if (command_options.json)
			json_failure((const void *)m, &d);
		else
			print_failure((const void *)m, &d);
	} else if (m->kind == XB_EXCHANGE && size >= sizeof(struct xb_exchange)) {
		show_exchange((const void *)m);
		refused += ((const struct xb_exchange *)m)->rc != 0;
	} else {
		return 0;
	}
	say_flush();
	shown++;
	return 0;
}

static int run(const char *name, const char *text, const struct events_options *options, int argc,
	       char **argv)
{
	bool more = false;

	command_parse(NULL, name, COMMAND_SECONDS, text, argc, argv);
	command_look(&host);
	events_start(&host, options, show);
	command_every = events_follow;
	events_arm();
	command_begin();
	while (command_wait(more ? SOON : POLL, command_period(INFINITY))) {
		more = events_poll();
		events_sweep();
	}
	events_drain(PATIENCE);
	if (!command_options.json)
		printf("%s: %llu%s\n", options->failures ? "failed mappings" : "exchanges", shown,
		       refused ? ", some refused" : "");
	if (events_lost())
		warn("%u events were lost: they came faster than they could be shown",
		     events_lost());
	if (unknown)
		warn("%llu failed mappings are of devices whose names are not known", unknown);
	own_cost_print();
	events_stop();
	return command_end();
}

int command_full(int argc, char **argv)
{
	const struct events_options options = { .failures = true };

	return run("full", full_text, &options, argc, argv);
}

int command_exchange(int argc, char **argv)
{
	const struct events_options options = { .exchanges = true };

	return run("exchange", exchange_text, &options, argc, argv);
}
