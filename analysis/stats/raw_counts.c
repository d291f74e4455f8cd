// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes a counting round's counts from the raw file of what counted, for the PCI functions of the
 * round's device: the tracefs recipe's JSON, or the module's counters before and after, as text.
 */

#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "record.h"

/* A round's device is a target of one PCI function (a disk) or more (a pair of cards). */
static bool belongs(const struct xsw_environment *env, const char *bdf, const char *target)
{
	const json_t *devices = json_object_get(env->json, "devices"), *device;
	size_t i;

	json_array_foreach(devices, i, device) {
		const char *has = json_string_value(json_object_get(device, "bdf"));

		if (has && !strcmp(has, bdf) && !strcmp(xsw_target_of(device), target))
			return true;
	}
	return false;
}

static void add_reasons(json_t *all, json_t *reasons)
{
	const char *reason;
	json_t *one;

	json_object_foreach(reasons, reason, one) {
		double bounces = json_number_value(json_object_get(one, "bounces"));
		double before = json_number_value(json_object_get(all, reason));

		json_object_set_new(all, reason, json_real(before + bounces));
	}
}

static void set(struct xsw_round *round, const char *key, double value)
{
	json_object_set_new(round->counters, key, json_real(value));
}

static void add(json_t *sums, const char *key, double value)
{
	json_object_set_new(sums, key,
			    json_real(json_number_value(json_object_get(sums, key)) + value));
}

static void read_recipe(const struct xsw_environment *env, struct xsw_round *round,
			const json_t *devices)
{
	const json_t *device;
	json_t *reasons = json_object();
	double bounces = 0, bytes = 0;
	size_t i;

	json_array_foreach(devices, i, device) {
		const char *bdf = json_string_value(json_object_get(device, "device"));

		if (!bdf || !belongs(env, bdf, round->device))
			continue;
		bounces += json_number_value(json_object_get(device, "bounces"));
		bytes += json_number_value(json_object_get(device, "bytes"));
		add_reasons(reasons, json_object_get(device, "reasons"));
	}
	set(round, "bounces", bounces);
	set(round, "bounced_bytes", bytes);
	json_object_set_new(round->counters, "by_reason", reasons);
}

/* A line of the module's counters ('BDF key=value ...') or of its pool ('key value'). */
static void add_line(const struct xsw_environment *env, const struct xsw_round *round, char *line,
		     double sign, json_t *sums)
{
	char *rest, *word = strtok_r(line, " ", &rest), *value;

	if (!word)
		return;
	if (!strchr(word, ':')) {
		value = strtok_r(NULL, " ", &rest);
		if (value && isdigit((unsigned char)*value))
			add(sums, word, sign * strtod(value, NULL));
		return;
	}
	if (!belongs(env, word, round->device))
		return;
	while ((word = strtok_r(NULL, " ", &rest))) {
		value = strchr(word, '=');
		if (!value)
			continue;
		*value = '\0';
		add(sums, word, sign * strtod(value + 1, NULL));
	}
}

/* Return: the sum of all counters whose name begins so; each also under its own reason. */
static double sum_of(const json_t *sums, const char *prefix, json_t *reasons)
{
	const char *key;
	json_t *value;
	double sum = 0;

	json_object_foreach((json_t *)sums, key, value) {
		if (strncmp(key, prefix, strlen(prefix)) || !strcmp(key, "bounce_bytes"))
			continue;
		sum += json_number_value(value);
		if (reasons)
			json_object_set(reasons, key + strlen(prefix), value);
	}
	return sum;
}

static void read_module(const struct xsw_environment *env, struct xsw_round *round, char *text,
			const char *path)
{
	json_t *sums = json_object(), *reasons = json_object();
	char *line, *rest;
	int readings = 0;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (*line == '#')
			readings++;
		else
			add_line(env, round, line, readings == 1 ? -1 : 1, sums);
	}
	if (readings != 2 || !json_object_get(sums, "maps") ||
	    !json_object_get(sums, "exchange_ns"))
		errx(1, "%s: not the module's counters before and after the round, or cut short",
		     path);
	set(round, "maps", xsw_number(sums, "maps"));
	set(round, "map_bytes", xsw_number(sums, "map_bytes"));
	set(round, "bounces", sum_of(sums, "bounce_", reasons));
	set(round, "bounced_bytes", xsw_number(sums, "bounce_bytes"));
	set(round, "fails", sum_of(sums, "fail_", NULL));
	set(round, "exchanges", xsw_number(sums, "exchanges"));
	set(round, "exchange_ns", xsw_number(sums, "exchange_ns"));
	json_object_set_new(round->counters, "by_reason", reasons);
	json_decref(sums);
}

void xsw_raw_counts(const struct xsw_environment *env, struct xsw_round *round, const char *path)
{
	json_t *json = xsw_raw_load(path), *devices = json_object_get(json, "devices");
	size_t size;
	char *text;

	if (json_is_array(devices)) {
		read_recipe(env, round, devices);
	} else {
		text = xsw_raw_text(path, &size);
		read_module(env, round, text, path);
		free(text);
	}
	json_decref(json);
}
