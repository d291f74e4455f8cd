// SPDX-License-Identifier: GPL-2.0-only
/*
 * Up to which order Xen lets this domain exchange memory.
 *
 * memop-max-order=DOMU,CTLDOM,HWDOM,PTDOM has four numbers, each of which may be left out. A domain
 * has the largest of those that fit it, and dom0 fits all four: DOMU alone limits it in nothing.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/xen_call.h"
#include "engine/xen_order.h"

#define HYPERCALL_VERSION   17
#define VERSION_COMMANDLINE 9
#define LINE_MOST           1024
#define ORDER_MOST          18 /* of Xen's allocator */

enum { DOMU, CTLDOM, HWDOM, PTDOM, KINDS };

static const unsigned int defaults[KINDS] = { 9, 18, 12, 12 }; /* on x86 */

static void read_orders(const char *at, unsigned int orders[KINDS])
{
	char *end;
	int i;

	for (i = 0; i < KINDS; i++) {
		unsigned long order = strtoul(at, &end, 0);

		if (end != at)
			orders[i] = order < ORDER_MOST ? order : ORDER_MOST;
		if (*end != ',')
			return;
		at = end + 1;
	}
}

/* How its security module was set up: the default of flask= is to enforce. */
struct policy {
	bool flask, passive;
};

static void read_word(struct policy *p, const char *word, unsigned int orders[KINDS])
{
	if (!strncmp(word, "memop-max-order=", 16)) {
		read_orders(word + 16, orders);
	} else if (!strncmp(word, "flask=", 6)) {
		p->flask = true;
		p->passive = !strcmp(word + 6, "disabled") || !strcmp(word + 6, "permissive");
	} else if (!strcmp(word, "xsm=flask")) {
		p->flask = true;
	}
}

static unsigned int larger(unsigned int a, unsigned int b)
{
	return a > b ? a : b;
}

/* @line: NULL: not known, so the defaults */
static void find(struct xen_order *o, const char *line, bool dom0, bool pci)
{
	unsigned int orders[KINDS];
	char words[LINE_MOST], *word, *rest;
	struct policy policy = {};

	*o = (struct xen_order){ .told = line };
	memcpy(orders, defaults, sizeof(orders));
	if (line) {
		strncpy(words, line, sizeof(words) - 1);
		words[sizeof(words) - 1] = '\0';
		for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
			read_word(&policy, word, orders);
	}
	o->policy = policy.flask && !policy.passive;
	o->most = orders[DOMU];
	if (pci || dom0)
		o->most = larger(o->most, orders[PTDOM]);
	if (dom0)
		o->most = larger(o->most, larger(orders[CTLDOM], orders[HWDOM]));
}

void xen_order_look(struct xen_order *o, bool dom0, bool pci)
{
	const char *line = NULL;
	struct xen_call c;

	if (!xen_call_open(&c)) {
		int error = errno;

		find(o, NULL, dom0, pci);
		o->error = error;
		return;
	}
	memset(c.page, 0, XEN_CALL_PAGE);
	if (xen_call(&c, HYPERCALL_VERSION, VERSION_COMMANDLINE, (uintptr_t)c.page) &&
	    strcmp(c.page, "<denied>") != 0)
		line = c.page;
	find(o, line, dom0, pci);
	xen_call_close(&c);
}
