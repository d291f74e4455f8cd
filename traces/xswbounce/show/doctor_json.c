// SPDX-License-Identifier: GPL-2.0-only
/* What the doctor found, as JSON: the members stand in xswbounce.8. */
#include "show/doctor.h"
#include "show/json.h"

static const char *pool_from(const struct examination *e)
{
	const struct room *r = &e->pool.room;

	if (r->state == ROOM_NO || r->state == ROOM_UNKNOWN)
		return "none";
	if (r->scattered)
		return "assembled";
	if (r->xen)
		return "xen";
	if (r->order < XB_ORDERS - 1)
		return "own-smaller-blocks";
	return r->own[r->order] ? "own-blocks" : "none"; /* a sample may have found none */
}

static void json_orders(const char *name, const u64 *pages)
{
	int order;

	json_array(name);
	for (order = 0; order < XB_ORDERS; order++)
		json_count(NULL, pages[order]);
	json_array_end();
}

static void json_xen(const struct examination *e)
{
	int i;

	if (!e->xen.told) {
		json_null("xen_free_bytes");
		json_null("xen_free_low_bytes");
		json_null("xen_free_by_width");
		return;
	}
	json_count("xen_free_bytes", e->xen.all);
	json_count("xen_free_low_bytes", e->xen.low);
	json_array("xen_free_by_width");
	for (i = 0; i < XEN_HEAP_WIDTHS; i++) {
		json_object(NULL);
		json_count("width", e->xen.by_width[i].width);
		json_count("bytes", e->xen.by_width[i].bytes);
		json_object_end();
	}
	json_array_end();
}

static void json_bounces(const struct examination *e)
{
	int i;

	if (!e->counts) {
		json_null("straddles");
		json_null("granted_straddles");
		json_null("other_bounces");
		json_null("hot");
		json_null("hot_lost");
		return;
	}
	json_count("straddles", e->bounces.straddles);
	json_count("granted_straddles", doctor_granted(e));
	json_count("other_bounces", e->bounces.others);
	json_array("hot");
	for (i = 0; i < e->nr_hot; i++) {
		json_object(NULL);
		json_text("device", e->hot[i].device);
		json_text("backend", e->hot[i].module ? "xen_swiotlb" : host_backend(e->host));
		json_flag("granted", e->hot[i].mib == XB_OTHERS_MIB);
		if (e->hot[i].mib == XB_OTHERS_MIB)
			json_null("mib");
		else
			json_count("mib", e->hot[i].mib);
		json_count("mask_bits", e->hot[i].bits);
		json_count("bounces", e->hot[i].bounces);
		json_count("bytes", e->hot[i].bytes);
		json_object_end();
	}
	json_array_end();
	json_count("hot_lost", e->bounces.lost);
}

static void json_told(const char *name, const struct told *t)
{
	json_object(name);
	json_text("state", t->state);
	json_text("why", t->why);
	json_object_end();
}

static void json_pool(const struct examination *e)
{
	json_count("pool_mib", e->pool_mb);
	json_text("pool_from", pool_from(e));
	json_orders("pool_own_bytes_by_order", e->pool.room.own);
	if (e->xen.told)
		json_count("pool_xen_bytes", e->pool.room.xen);
	else
		json_null("pool_xen_bytes");
	json_count("pool_unsure_bytes", e->pool.unsure);
	json_told("pool_module", &e->pool.module);
	json_told("pool_stock", &e->pool.stock);
	json_told("cause_permission", &e->pool.permission);
	json_told("cause_memory", &e->pool.memory);
	json_told("cause_fragmentation", &e->pool.fragmentation);
}

void doctor_json(const struct examination *e, enum doctor_verdict v)
{
	json_number("seconds", e->seconds);
	json_flag("no_pool", e->host->no_pool);
	json_text("verdict", doctor_verdict_names[v]);
	json_text("next_step", doctor_next_step(e, v));
	json_count("pages", e->memory.count.pages);
	json_count("stride", e->memory.stride);
	json_number("walk_seconds", e->memory.seconds);
	json_number("walk_longest_seconds", e->memory.longest);
	json_number("load_seconds", e->load_seconds);
	json_number("look_seconds", e->look_seconds);
	json_orders("pages_by_order", e->memory.count.largest);
	json_count("width", e->width);
	json_count("low_pages", e->memory.count.low);
	json_count("below_4g_pages", e->memory.count.below_4g);
	json_orders("low_pages_by_order", e->memory.count.low_largest);
	json_bounces(e);
	json_xen(e);
	json_pool(e);
}
