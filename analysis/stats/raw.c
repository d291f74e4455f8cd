// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes a round's figures from the raw file of the tool that made them: fio or iperf3.
 *
 * fio: the sum over jobs and directions of bytes, operations and rates; the longest run time;
 * all latency bins together.  iperf3: what the receiver got.  The suite's own
 * data-check: the bytes it compared.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

const struct xsw_figure_info xsw_figures[XSW_NR_FIGURES] = {
#define XSW_FIGURE_INFO(sym, key, label, unit, scale, better) \
	[sym] = { key, label, unit, scale, better },
	XSW_FIGURES(XSW_FIGURE_INFO)
};

static void set(struct xsw_round *r, enum xsw_figure figure, double value)
{
	r->figures[figure] = value;
	r->from_raw[figure] = !isnan(value);
}

static void add(double *sum, const json_t *object, const char *key)
{
	double value = xsw_number(object, key);

	if (!isnan(value))
		*sum += value;
}

static void add_fio_bins(struct xsw_histogram *h, const json_t *direction)
{
	/* lat holds the mapping of the buffer; records that lack it have clat */
	json_t *bins = json_object_get(json_object_get(direction, "lat_ns"), "bins");
	const char *ns;
	json_t *count;

	if (!bins)
		bins = json_object_get(json_object_get(direction, "clat_ns"), "bins");
	json_object_foreach(bins, ns, count)
		xsw_histogram_add(h, strtod(ns, NULL), (uint64_t)json_number_value(count));
}

static void read_fio(struct xsw_round *r, const json_t *jobs)
{
	static const char *const directions[] = { "read", "write", "trim" };
	double bytes = 0, ios = 0, iops = 0, bandwidth = 0, runtime = NAN;
	const json_t *job;
	size_t i, d;

	json_array_foreach(jobs, i, job) {
		runtime = fmax(runtime, xsw_number(job, "job_runtime"));
		if (json_integer_value(json_object_get(job, "error")))
			r->tool_failed = true;
		for (d = 0; d < 3; d++) {
			const json_t *dir = json_object_get(job, directions[d]);

			add(&bytes, dir, "io_bytes");
			add(&ios, dir, "total_ios");
			add(&iops, dir, "iops");
			add(&bandwidth, dir, "bw_bytes");
			add_fio_bins(&r->latency, dir);
		}
	}
	xsw_histogram_order(&r->latency);
	set(r, XSW_IO_BYTES, bytes);
	set(r, XSW_IOS, ios);
	set(r, XSW_IOPS, iops);
	set(r, XSW_BANDWIDTH, bandwidth);
	set(r, XSW_RUNTIME, runtime / 1000);
	if (r->latency.nr) {
		set(r, XSW_P50, xsw_histogram_quantile(&r->latency, 0.5));
		set(r, XSW_P99, xsw_histogram_quantile(&r->latency, 0.99));
		set(r, XSW_P999, xsw_histogram_quantile(&r->latency, 0.999));
	}
}

static void read_iperf3(struct xsw_round *r, const json_t *end)
{
	static const char *const received[] = { "sum_received", "sum_received_bidir_reverse" };
	static const char *const sent[] = { "sum_sent", "sum_sent_bidir_reverse" };
	double bytes = 0, bits = 0, retransmits = 0, lost = 0, runtime = NAN;
	bool tcp = false, udp = false;
	size_t i;

	for (i = 0; i < 2; i++) {
		/* Releases that do not sum what was received over UDP have one sum for all. */
		const char *sum = !i && !json_object_get(end, received[0]) ? "sum" : received[i];
		const json_t *in = json_object_get(end, sum);
		const json_t *out = json_object_get(end, sent[i]);

		add(&bytes, in, "bytes");
		add(&bits, in, "bits_per_second");
		add(&lost, in, "lost_packets");
		add(&retransmits, out, "retransmits");
		runtime = fmax(runtime, xsw_number(in, "seconds"));
		tcp |= json_is_number(json_object_get(out, "retransmits"));
		udp |= json_is_number(json_object_get(in, "lost_packets"));
	}
	set(r, XSW_IO_BYTES, bytes);
	set(r, XSW_BANDWIDTH, bits / 8);
	set(r, XSW_RUNTIME, runtime);
	if (tcp)
		set(r, XSW_RETRANSMITS, retransmits);
	if (udp)
		set(r, XSW_LOST, lost);
}

void xsw_raw_read(struct xsw_round *r, const char *path)
{
	json_t *raw = xsw_raw_load(path), *jobs, *end;
	const char *tool = json_string_value(json_object_get(raw, "tool"));

	jobs = json_object_get(raw, "jobs");
	end = json_object_get(raw, "end");
	if (json_is_array(jobs))
		read_fio(r, jobs);
	else if (json_is_object(end))
		read_iperf3(r, end);
	else if (tool && !strcmp(tool, "data-check"))
		set(r, XSW_IO_BYTES, xsw_number(raw, "bytes"));
	r->tool_failed |= json_object_get(raw, "error") != NULL;
	json_decref(raw);
}
