// SPDX-License-Identifier: GPL-2.0-only
/*
 * Totals in Prometheus' text format 0.0.4.
 *
 * The collector may read at any moment: the file is written under another name and renamed. A
 * counter begins again at 0 when the tool starts, which rate() understands.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "prometheus.h"
#include "say.h"
#include "text.h"

static void head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP xswbounce_%s %s\n# TYPE xswbounce_%s %s\n", name, help, name, type);
}

/* One counter of every device, by the offset of its field. */
static void counter(FILE *f, const struct flow_state *t, const char *name, const char *help,
		    size_t offset)
{
	int i;

	head(f, name, "counter", help);
	for (i = 0; i < t->nr_rows; i++)
		fprintf(f, "xswbounce_%s{device=\"%s\",driver=\"%s\",backend=\"%s\"} %llu\n", name,
			t->rows[i].device.name, t->rows[i].device.driver, t->rows[i].backend,
			*(u64 *)((char *)&t->rows[i].stat + offset));
}

static void by_reason(FILE *f, const struct flow_state *t, const char *name, const char *help,
		      const char *const *reasons, int count, size_t offset)
{
	int i, reason;

	head(f, name, "counter", help);
	for (i = 0; i < t->nr_rows; i++)
		for (reason = 1; reason < count; reason++)
			fprintf(f, "xswbounce_%s{device=\"%s\",driver=\"%s\",reason=\"%s\"} %llu\n",
				name, t->rows[i].device.name, t->rows[i].device.driver,
				reasons[reason],
				((u64 *)((char *)&t->rows[i].stat + offset))[reason]);
}

static void pools_and_exchanges(FILE *f, const struct host *host, const struct flow_state *t)
{
	struct pool pools[HOST_POOLS];
	int i, n = host_pools(host, pools);

	head(f, "pool_bytes", "gauge", "Size of the bounce pool.");
	for (i = 0; i < n; i++)
		fprintf(f, "xswbounce_pool_bytes{backend=\"%s\"} %llu\n", pools[i].backend,
			pools[i].size);
	head(f, "pool_used_bytes", "gauge", "Bytes of the bounce pool in use.");
	for (i = 0; i < n; i++)
		fprintf(f, "xswbounce_pool_used_bytes{backend=\"%s\"} %llu\n", pools[i].backend,
			pools[i].used);
	head(f, "exchanges_total", "counter", "Memory exchange hypercalls.");
	fprintf(f, "xswbounce_exchanges_total %llu\n", t->exchanges.calls);
	head(f, "exchange_failures_total", "counter", "Memory exchanges that Xen refused.");
	fprintf(f, "xswbounce_exchange_failures_total %llu\n", t->exchanges.fails);
	head(f, "exchange_seconds_total", "counter", "Time spent in memory exchanges.");
	fprintf(f, "xswbounce_exchange_seconds_total %.9f\n", t->exchanges.ns / 1e9);
	head(f, "lost_total", "counter", "What could not be counted, by cause.");
	fprintf(f, "xswbounce_lost_total{cause=\"devices\"} %llu\n", t->losses.devices);
	fprintf(f, "xswbounce_lost_total{cause=\"starts\"} %llu\n", t->losses.starts);
	fprintf(f, "xswbounce_lost_total{cause=\"nested\"} %llu\n", t->losses.nested);
}

static void metrics(FILE *f, const struct host *host, const struct flow_state *t)
{
	if (flow_counts_maps())
		counter(f, t, "maps_total", "DMA mappings made.", offsetof(struct xb_stat, maps));
	counter(f, t, "bounced_bytes_total", "Bytes mapped through the bounce pool.",
		offsetof(struct xb_stat, bounce_bytes));
	counter(f, t, "copied_bytes_total", "Bytes copied to and from the bounce pool.",
		offsetof(struct xb_stat, copied_bytes));
	counter(f, t, "bounced_unmaps_total", "Bounced mappings undone.",
		offsetof(struct xb_stat, unmaps));
	by_reason(f, t, "bounces_total", "Mappings through the bounce pool, by reason.",
		  text_reasons, XB_NR_REASONS, offsetof(struct xb_stat, bounces));
	by_reason(f, t, "map_failures_total", "Mappings that failed, by reason.", text_fails,
		  XB_NR_FAILS, offsetof(struct xb_stat, fails));
	pools_and_exchanges(f, host, t);
}

/* Whole under its name, or not there: a reader must never see a part. */
static bool replace(const char *path, const struct host *host, const struct flow_state *totals)
{
	struct output o;

	if (!output_begin(&o, path, 0644))
		return false;
	metrics(o.f, host, totals);
	return output_finish(&o);
}

void prometheus_write(const char *path, const struct host *host, const struct flow_state *totals)
{
	static bool warned;

	if (replace(path, host, totals)) {
		warned = false;
	} else if (!warned) {
		warn("can't write %s: %s", path, strerror(errno));
		warned = true;
	}
}
