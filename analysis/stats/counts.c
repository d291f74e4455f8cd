// SPDX-License-Identifier: GPL-2.0-only
/* Adds up the counters of a cell's counting rounds. */

#include <math.h>
#include <string.h>

#include "counts.h"

static double sum(const struct xsw_cell *cell, const char *key)
{
	double total = NAN;
	size_t i;

	for (i = 0; i < cell->nr; i++) {
		double value = xsw_number(cell->rounds[i]->counters, key);

		if (!isnan(value))
			total = isnan(total) ? value : total + value;
	}
	return total;
}

double xsw_round_moved(const struct xsw_round *round)
{
	double counted = xsw_number(round->counters, "io_bytes");

	return isnan(counted) ? round->figures[XSW_IO_BYTES] : counted;
}

double xsw_round_whole(const struct xsw_round *round, bool by_maps)
{
	return by_maps ? xsw_number(round->counters, "map_bytes") : xsw_round_moved(round);
}

bool xsw_round_has_share(const struct xsw_round *round, bool by_maps)
{
	return xsw_round_whole(round, by_maps) > 0 &&
	       !isnan(xsw_number(round->counters, "bounced_bytes"));
}

static bool is_nic(const struct xsw_environment *env, const char *name)
{
	const json_t *devices = json_object_get(env->json, "devices"), *device;
	size_t i;

	json_array_foreach(devices, i, device) {
		const char *role = json_string_value(json_object_get(device, "role"));

		if (role && !strcmp(role, "nic") && !strcmp(xsw_target_of(device), name))
			return true;
	}
	return false;
}

bool xsw_shown_by_maps(const struct xsw_environment *env, const char *device)
{
	size_t i;

	if (!is_nic(env, device))
		return false;
	for (i = 0; i < env->nr_rounds; i++) {
		const struct xsw_round *r = &env->rounds[i];

		if (r->kind == XSW_COUNTED && r->ok && !strcmp(r->device, device) &&
		    !xsw_round_has_share(r, true))
			return false;
	}
	return true;
}

/* Adds a round to a share's two sums if it knows both. */
static void add_share(double *bounced, double *whole, const struct xsw_round *r, double of)
{
	double bytes = xsw_number(r->counters, "bounced_bytes");

	if (isnan(bytes) || !(of > 0))
		return;
	*bounced += bytes;
	*whole += of;
}

struct xsw_counts xsw_counts(const struct xsw_cell *cell)
{
	double bounced = 0, of = 0, bounced_maps = 0, of_maps = 0;
	struct xsw_counts c = {
		.io_bytes = NAN,
		.maps = sum(cell, "maps"),
		.map_bytes = sum(cell, "map_bytes"),
		.bounces = sum(cell, "bounces"),
		.bounced_bytes = sum(cell, "bounced_bytes"),
		.fails = sum(cell, "fails"),
		.exchanges = sum(cell, "exchanges"),
		.exchange_ns = sum(cell, "exchange_ns"),
	};
	size_t i;

	for (i = 0; i < cell->nr; i++) {
		const struct xsw_round *r = cell->rounds[i];

		if (!isnan(xsw_round_moved(r)))
			c.io_bytes = xsw_round_moved(r) + (isnan(c.io_bytes) ? 0 : c.io_bytes);
		add_share(&bounced, &of, r, xsw_round_moved(r));
		add_share(&bounced_maps, &of_maps, r, xsw_number(r->counters, "map_bytes"));
	}
	c.share_of_maps = of_maps > 0 ? bounced_maps / of_maps : NAN;
	c.share = of > 0 ? bounced / of : NAN;
	return c;
}

json_t *xsw_counts_by_reason(const struct xsw_cell *cell)
{
	json_t *all = json_object(), *count;
	const char *reason;
	size_t i;

	for (i = 0; i < cell->nr; i++) {
		json_t *one = json_object_get(cell->rounds[i]->counters, "by_reason");

		json_object_foreach(one, reason, count) {
			double before = xsw_number(all, reason);
			double now = json_number_value(count);

			json_object_set_new(all, reason,
					    json_real(isnan(before) ? now : before + now));
		}
	}
	return all;
}
