// SPDX-License-Identifier: GPL-2.0-only
/* The counters of flow.h as JSON. */
#include "engine/device.h"
#include "show/flow_json.h"
#include "show/json.h"
#include "show/text.h"

static void json_known(const char *name, u64 value, bool known)
{
	if (known)
		json_count(name, value);
	else
		json_null(name);
}

void json_flow_row(const struct flow_state *state, const struct flow_row *row)
{
	const struct xb_stat *s = &row->stat;
	bool blind = flow_only_bounces(), counted = flow_counted(state, row) > 0;
	bool module = device_is_module(row->key);
	int i;

	json_text("device", row->device.name);
	json_text("driver", row->device.driver);
	json_text("backend", row->backend);
	json_count("dma_mask", row->device.mask);
	json_known("maps", s->maps, flow_counted_all(state, row));
	json_known("maps_counted", s->maps, counted);
	json_known("maps_counted_bounced", s->maps_bounced, counted);
	if (counted)
		json_number("maps_counted_seconds", flow_counted(state, row));
	else
		json_null("maps_counted_seconds");
	json_count("bounces", flow_bounces(s));
	json_count("bounce_bytes", s->bounce_bytes);
	json_known("copied_bytes", s->copied_bytes, !blind);
	json_known("unmaps_bounced", s->unmaps, !blind);
	json_known("syncs_bounced", s->syncs, !blind);
	json_known("coherent_allocs", s->coherent, !blind);
	json_object("reasons");
	for (i = XB_MASK; i < XB_NR_REASONS; i++)
		json_count(text_reasons[i], s->bounces[i]);
	json_object_end();
	json_object("fails");
	for (i = XB_FAIL_FULL; i < XB_NR_FAILS; i++)
		json_known(text_fails[i], s->fails[i], !blind || module || i == XB_FAIL_TOO_LARGE);
	json_object_end();
}

void json_flow_guests(const struct flow_state *state)
{
	int i;

	json_array("domains");
	for (i = 0; i < state->nr_guests; i++) {
		json_object(0);
		if (state->guests[i].domain == XB_DOMAIN_OWN)
			json_null("domain");
		else
			json_count("domain", state->guests[i].domain);
		json_text("device", state->guests[i].device);
		json_count("bounces", state->guests[i].count.bounces);
		json_count("bytes", state->guests[i].count.bytes);
		json_object_end();
	}
	json_array_end();
}

void json_flow_rest(const struct flow_state *state)
{
	bool blind = flow_only_bounces();

	json_object("exchanges");
	json_known("calls", state->exchanges.calls, !blind);
	json_known("fails", state->exchanges.fails, !blind);
	json_known("ns", state->exchanges.ns, !blind);
	json_object_end();
	json_object("lost");
	json_count("devices", state->losses.devices);
	json_count("guests", state->losses.guests);
	json_count("memory", state->losses.memory);
	json_count("starts", state->losses.starts);
	json_count("zeros", state->losses.zeros);
	json_count("nested", state->losses.nested);
	json_object_end();
}
