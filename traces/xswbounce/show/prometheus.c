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
#include <time.h>

#include "engine/device.h"
#include "show/output.h"
#include "show/prometheus.h"
#include "say.h"
#include "show/text.h"
#include "version.h"

static double started; /* when the first file was written, seconds since 1970 */

static void head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP xswbounce_%s %s\n# TYPE xswbounce_%s %s\n", name, help, name, type);
}

/* A label's value: three characters are escaped. */
static const char *label(const char *value)
{
	static char texts[4][2 * XB_NAME_LEN + 1];
	static unsigned int at;
	char *text = texts[at++ % 4], *end = text;

	for (; *value && end < text + 2 * XB_NAME_LEN - 1; value++) {
		if (*value == '\\' || *value == '"' || *value == '\n')
			*end++ = '\\';
		*end++ = *value == '\n' ? 'n' : *value;
	}
	*end = '\0';
	return text;
}

/*
 * A series is a device's name and its backend, which it may change. Of a device that came again
 * under the same name, what was counted before goes on: else a series were there twice. So it does
 * when the counters of one that is gone are no longer there: a series never falls.
 */
struct series {
	struct xb_device device; /* the last one of the name */
	const char *backend;
	bool module, there;
	struct xb_stat gone; /* of devices whose counters are no longer there */
	struct xb_stat sum;
};

static struct series series[XB_MAX_DEVICES];
static int nr_series;

/* The rows of the file before. */
static struct last {
	u64 key;
	struct series *series;
	struct xb_stat stat;
} last[XB_MAX_DEVICES];
static int nr_last;

static void add(struct xb_stat *sum, const struct xb_stat *stat)
{
	const u64 *from = (const void *)stat;
	u64 *to = (void *)sum;
	size_t i;

	for (i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += from[i];
}

static struct series *series_of(const struct flow_row *row)
{
	struct series *s;

	for (s = series; s < series + nr_series; s++)
		if (!strcmp(s->device.name, row->device.name) && !strcmp(s->backend, row->backend))
			return s;
	return NULL;
}

/* Where all are taken, one ends whose device is gone: there are no more devices than series. */
static struct series *new_series(void)
{
	struct series *s = series;

	if (nr_series < XB_MAX_DEVICES)
		s = &series[nr_series++];
	while (s->there && s < series + XB_MAX_DEVICES - 1)
		s++;
	memset(s, 0, sizeof(*s));
	return s;
}

static void note_gone(const struct flow_state *t)
{
	const struct flow_row *row;
	struct series *s;
	struct last *l;

	for (l = last; l < last + nr_last; l++) {
		row = flow_row_of(t, l->key);
		if (!row || flow_began_anew(&row->stat, &l->stat))
			add(&l->series->gone, &l->stat);
	}
	for (s = series; s < series + nr_series; s++) {
		s->there = false;
		s->sum = s->gone;
	}
}

static void gather(const struct flow_state *t)
{
	const struct flow_row *row;
	struct series *s;
	int i;

	note_gone(t);
	for (i = 0; i < t->nr_rows; i++) {
		s = series_of(&t->rows[i]);
		if (s)
			s->there = true;
	}
	for (i = 0; i < t->nr_rows; i++) {
		row = &t->rows[i];
		s = series_of(row) ?: new_series();
		s->device = row->device;
		s->backend = row->backend;
		s->module = device_is_module(row->key);
		s->there = true;
		add(&s->sum, &row->stat);
		last[i] = (struct last){ .key = row->key, .series = s, .stat = row->stat };
	}
	nr_last = t->nr_rows;
}

static const u64 *field(const struct series *s, size_t offset)
{
	return (const void *)((const char *)&s->sum + offset);
}

static void device_labels(FILE *f, const char *name, const struct series *s)
{
	fprintf(f, "xswbounce_%s{device=\"%s\",backend=\"%s\"", name, label(s->device.name),
		s->backend);
}

/* One counter, by the offset of its field, of every device that @has it; NULL: all have. */
static void counter_of(FILE *f, const char *name, const char *help, size_t offset,
		       bool (*has)(const struct series *))
{
	int i;

	head(f, name, "counter", help);
	for (i = 0; i < nr_series; i++) {
		if (has && !has(&series[i]))
			continue;
		device_labels(f, name, &series[i]);
		fprintf(f, "} %llu\n", *field(&series[i], offset));
	}
}

static void counter(FILE *f, const char *name, const char *help, size_t offset)
{
	counter_of(f, name, help, offset, NULL);
}

static void by_reason(FILE *f, const char *name, const char *help, const char *const *reasons,
		      int count, size_t offset)
{
	int i, reason;

	head(f, name, "counter", help);
	for (i = 0; i < nr_series; i++)
		for (reason = 1; reason < count; reason++) {
			device_labels(f, name, &series[i]);
			fprintf(f, ",reason=\"%s\"} %llu\n", reasons[reason],
				field(&series[i], offset)[reason]);
		}
}

/* What may change of a device stands apart, so that its counters go on: its driver, its mask. */
static void device_info(FILE *f)
{
	int i;

	head(f, "device_info", "gauge", "A device that maps for DMA: its driver and DMA mask.");
	for (i = 0; i < nr_series; i++) {
		if (!series[i].there)
			continue;
		device_labels(f, "device_info", &series[i]);
		fprintf(f, ",driver=\"%s\",mask_bits=\"%s\"} 1\n", label(series[i].device.driver),
			text_mask(series[i].device.mask));
	}
}

static void identity(FILE *f, const struct host *host)
{
	char xen[32];

	host_xen_version(xen, sizeof(xen));
	head(f, "build_info", "gauge", "The tool, and what it runs on.");
	fprintf(f, "xswbounce_build_info{version=\"%s\",kernel=\"%s\",xen=\"%s\"} 1\n",
		XSWBOUNCE_VERSION, label(host->release), label(xen));
	head(f, "start_time_seconds", "gauge", "When counting began, since 1970.");
	fprintf(f, "xswbounce_start_time_seconds %.3f\n", started);
}

/*
 * The most in use in the last minute: the most of each second of it. Between two looks the kernel's
 * own high-water mark may have risen: then that much was in use.
 */
#define WINDOW 60 /* seconds */

static struct {
	u64 most[WINDOW];
	time_t second[WINDOW];
	u64 mark; /* the kernel's, as last seen; 0: not yet */
} recent[HOST_POOLS];

static time_t uptime(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void look_at(int pool, const struct pool *p)
{
	u64 used = p->used;
	time_t now = uptime();
	int at = now % WINDOW;

	if (recent[pool].mark && p->high > recent[pool].mark && p->high > used)
		used = p->high;
	recent[pool].mark = p->high;
	if (recent[pool].second[at] != now)
		recent[pool].most[at] = 0;
	recent[pool].second[at] = now;
	if (used > recent[pool].most[at])
		recent[pool].most[at] = used;
}

static u64 recent_most(int pool)
{
	time_t now = uptime();
	u64 most = 0;
	int i;

	for (i = 0; i < WINDOW; i++)
		if (recent[pool].second[i] > now - WINDOW && recent[pool].most[i] > most)
			most = recent[pool].most[i];
	return most;
}

void prometheus_look(const struct host *host)
{
	struct pool pools[HOST_POOLS];
	int i, n = host_pools(host, pools);

	for (i = 0; i < n; i++)
		if (pools[i].size)
			look_at(i, &pools[i]);
}

enum pool_number { POOL_SIZE, POOL_USED, POOL_RECENT, POOL_HIGH, POOL_LARGEST };

static u64 number_of(const struct pool *pools, int i, enum pool_number which)
{
	return which == POOL_SIZE     ? pools[i].size
	       : which == POOL_USED   ? pools[i].used
	       : which == POOL_RECENT ? recent_most(i)
	       : which == POOL_HIGH   ? pools[i].high
				      : pools[i].largest;
}

static void pool_gauge(FILE *f, const struct pool *pools, int n, const char *name, const char *help,
		       enum pool_number which)
{
	int i;

	head(f, name, "gauge", help);
	for (i = 0; i < n; i++)
		if (pools[i].size && (which < POOL_HIGH || number_of(pools, i, which)))
			fprintf(f, "xswbounce_%s{backend=\"%s\"} %llu\n", name, pools[i].backend,
				number_of(pools, i, which));
}

static void pools_of(FILE *f, const struct host *host)
{
	struct pool pools[HOST_POOLS];
	int n = host_pools(host, pools);

	prometheus_look(host);
	pool_gauge(f, pools, n, "pool_bytes", "Size of the bounce pool.", POOL_SIZE);
	pool_gauge(f, pools, n, "pool_used_bytes", "Bytes of the bounce pool in use.", POOL_USED);
	pool_gauge(f, pools, n, "pool_used_high_bytes",
		   "Most bytes of the bounce pool in use in the last minute.", POOL_RECENT);
	pool_gauge(f, pools, n, "pool_high_water_bytes",
		   "Most bytes of the bounce pool in use since boot or load, as its backend tells.",
		   POOL_HIGH);
	pool_gauge(f, pools, n, "pool_largest_free_bytes",
		   "The longest free run of the bounce pool, where it is told.", POOL_LARGEST);
}

static void exchanges_and_losses(FILE *f, const struct flow_state *t)
{
	head(f, "exchanges_total", "counter", "Memory exchange hypercalls.");
	fprintf(f, "xswbounce_exchanges_total %llu\n", t->exchanges.calls);
	head(f, "exchange_failures_total", "counter", "Memory exchanges that Xen refused.");
	fprintf(f, "xswbounce_exchange_failures_total %llu\n", t->exchanges.fails);
	head(f, "exchange_seconds_total", "counter", "Time spent in memory exchanges.");
	fprintf(f, "xswbounce_exchange_seconds_total %.9f\n", t->exchanges.ns / 1e9);
	head(f, "lost_total", "counter", "What could not be counted, by cause.");
	fprintf(f, "xswbounce_lost_total{cause=\"devices\"} %llu\n", t->losses.devices);
	fprintf(f, "xswbounce_lost_total{cause=\"guests\"} %llu\n", t->losses.guests);
	fprintf(f, "xswbounce_lost_total{cause=\"memory\"} %llu\n", t->losses.memory);
	fprintf(f, "xswbounce_lost_total{cause=\"starts\"} %llu\n", t->losses.starts);
	fprintf(f, "xswbounce_lost_total{cause=\"zeros\"} %llu\n", t->losses.zeros);
	fprintf(f, "xswbounce_lost_total{cause=\"nested\"} %llu\n", t->losses.nested);
}

static bool is_first_of_backend(const struct series *s)
{
	const struct series *before;

	for (before = series; before < s; before++)
		if (!strcmp(before->backend, s->backend))
			return false;
	return true;
}

/* Where only bounces are seen, no number of maps is told: 0 would be one. */
static bool has_maps(const struct series *s)
{
	return !flow_only_bounces() && (s->module || flow_counts_maps());
}

/*
 * The stock backend's maps are counted for a part of the time: the rate of both gives mappings in a
 * second.
 */
static void maps(FILE *f, const struct flow_state *t)
{
	const struct series *s;
	static double began;

	if (!began)
		began = t->time;
	counter_of(f, "counted_maps_total", "DMA mappings made while they were counted.",
		   offsetof(struct xb_stat, maps), has_maps);
	counter_of(f, "counted_maps_bounced_total", "Of those, the ones that bounced.",
		   offsetof(struct xb_stat, maps_bounced), has_maps);
	head(f, "counted_seconds_total", "counter",
	     "Seconds in which mappings of this backend were counted.");
	for (s = series; s < series + nr_series; s++)
		if (is_first_of_backend(s) && has_maps(s))
			fprintf(f, "xswbounce_counted_seconds_total{backend=\"%s\"} %.3f\n",
				s->backend, s->module ? t->time - began : t->counted);
}

static void metrics(FILE *f, const struct host *host, const struct flow_state *t)
{
	if (!started) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		started = now.tv_sec + now.tv_nsec / 1e9;
	}
	gather(t);
	identity(f, host);
	device_info(f);
	maps(f, t);
	counter(f, "bounced_bytes_total", "Bytes mapped through the bounce pool.",
		offsetof(struct xb_stat, bounce_bytes));
	counter(f, "copied_bytes_total", "Bytes copied to and from the bounce pool.",
		offsetof(struct xb_stat, copied_bytes));
	counter(f, "bounced_unmaps_total", "Bounced mappings undone.",
		offsetof(struct xb_stat, unmaps));
	by_reason(f, "bounces_total", "Mappings through the bounce pool, by reason.", text_reasons,
		  XB_NR_REASONS, offsetof(struct xb_stat, bounces));
	by_reason(f, "map_failures_total", "Mappings that failed, by reason.", text_fails,
		  XB_NR_FAILS, offsetof(struct xb_stat, fails));
	pools_of(f, host);
	exchanges_and_losses(f, t);
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
