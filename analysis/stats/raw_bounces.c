// SPDX-License-Identifier: GPL-2.0-only
/* Takes bounces from the output of the tracefs recipe, for the PCI functions of a device. */

#include <err.h>
#include <string.h>

#include "record.h"

/* A round's device is a target of one PCI function (a disk) or more (a pair of cards). */
static bool belongs(const struct xsw_environment *env, const char *bdf, const char *target)
{
	const json_t *devices = json_object_get(env->json, "devices"), *device;
	size_t i;

	json_array_foreach (devices, i, device) {
		const char *has = json_string_value(json_object_get(device, "bdf"));
		const char *of = json_string_value(json_object_get(device, "target"));

		if (!of)
			of = json_string_value(json_object_get(device, "id"));
		if (has && !strcmp(has, bdf) && !strcmp(of, target))
			return true;
	}
	return false;
}

static void add_reasons(json_t *all, json_t *reasons)
{
	const char *reason;
	json_t *one;

	json_object_foreach (reasons, reason, one) {
		double bounces = json_number_value(json_object_get(one, "bounces"));
		double before = json_number_value(json_object_get(all, reason));

		json_object_set_new(all, reason, json_real(before + bounces));
	}
}

void xsw_raw_bounces(const struct xsw_environment *env, struct xsw_round *round, const char *path)
{
	json_t *raw = xsw_raw_load(path), *devices = json_object_get(raw, "devices"), *device;
	json_t *reasons = json_object();
	double bounces = 0, bytes = 0;
	size_t i;

	if (!json_is_array(devices))
		errx(1, "%s, named by run.json, is not the output of the bounces recipe", path);
	json_array_foreach (devices, i, device) {
		const char *bdf = json_string_value(json_object_get(device, "device"));

		if (!bdf || !belongs(env, bdf, round->device))
			continue;
		bounces += json_number_value(json_object_get(device, "bounces"));
		bytes += json_number_value(json_object_get(device, "bytes"));
		add_reasons(reasons, json_object_get(device, "reasons"));
	}
	json_object_set_new(round->counters, "bounces", json_real(bounces));
	json_object_set_new(round->counters, "bounced_bytes", json_real(bytes));
	json_object_set_new(round->counters, "by_reason", reasons);
	json_decref(raw);
}
