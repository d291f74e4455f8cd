// SPDX-License-Identifier: GPL-2.0-only
/* Holds a run.json against results/SCHEMA.md: what the report relies on is there and has its type.
 */

#include <err.h>
#include <string.h>

#include "record.h"

#define SCHEMA 1
#define KIND   "swiotlb-xen-run"

struct key {
	const char *name;
	char type; /* s text, i integer, b true or false, o object, a list */
	bool null; /* may be null or missing */
};

static const struct key record_keys[] = {
	{ "run", 's', false },     { "environment", 's', false }, { "emulated", 'b', false },
	{ "started", 's', false }, { "machine", 'o', false },     { "versions", 'o', false },
	{ "devices", 'a', false }, { "left_out", 'a', false },    { "rounds", 'a', false },
	{ "ok", 'b', false },      { "errors", 'a', false },      { "dmabench", 'o', true },
	{ NULL, 0, false },
};

static const struct key dmabench_keys[] = {
	{ "device", 's', false },
	{ "ok", 'b', false },
	{ "raw", 's', false },
	{ NULL, 0, false },
};

static const struct key device_keys[] = {
	{ "id", 's', false },
	{ "settings", 'o', true },
	{ NULL, 0, false },
};

static const struct key round_keys[] = {
	{ "index", 'i', false },   { "backend", 's', false }, { "kind", 's', false },
	{ "force", 'b', false },   { "device", 's', false },  { "load", 's', false },
	{ "ok", 'b', false },      { "figures", 'o', true },  { "position", 's', true },
	{ "raw", 's', true },      { "verified", 'b', true }, { "counters", 'o', true },
	{ "lat_hist", 'a', true }, { NULL, 0, false },
};

static const char *type_name(char type)
{
	switch (type) {
	case 's':
		return "text";
	case 'i':
		return "an integer";
	case 'b':
		return "true or false";
	case 'o':
		return "an object";
	default:
		return "a list";
	}
}

static bool has_type(const json_t *value, char type)
{
	switch (type) {
	case 's':
		return json_is_string(value);
	case 'i':
		return json_is_integer(value);
	case 'b':
		return json_is_boolean(value);
	case 'o':
		return json_is_object(value);
	default:
		return json_is_array(value);
	}
}

static void check_keys(const json_t *object, const struct key *keys, const char *file,
		       const char *where)
{
	for (; keys->name; keys++) {
		const json_t *value = json_object_get(object, keys->name);

		if (keys->null && (!value || json_is_null(value)))
			continue;
		if (!value)
			errx(1, "%s: %s\"%s\" is missing: not a record of schema %d, or incomplete",
			     file, where, keys->name, SCHEMA);
		if (!has_type(value, keys->type))
			errx(1, "%s: %s\"%s\" is not %s", file, where, keys->name,
			     type_name(keys->type));
	}
}

static void check_list(const json_t *record, const char *list, const struct key *keys,
		       const char *file)
{
	const json_t *items = json_object_get(record, list), *item;
	char where[64];
	size_t i;

	json_array_foreach(items, i, item) {
		snprintf(where, sizeof(where), "%s[%zu] ", list, i);
		if (!json_is_object(item))
			errx(1, "%s: %sis not an object", file, where);
		check_keys(item, keys, file, where);
	}
}

static void check_kinds(const json_t *record, const char *file)
{
	static const char *const kinds[] = { "timed", "counted", "control" };
	const json_t *rounds = json_object_get(record, "rounds"), *round;
	size_t i, k;

	json_array_foreach(rounds, i, round) {
		const char *kind = json_string_value(json_object_get(round, "kind"));

		for (k = 0; k < 3 && strcmp(kind, kinds[k]); k++)
			;
		if (k == 3)
			errx(1, "%s: rounds[%zu] kind \"%s\" is none of timed, counted, control",
			     file, i, kind);
		if (json_is_true(json_object_get(round, "ok")) &&
		    !json_is_object(json_object_get(round, "figures")))
			errx(1, "%s: rounds[%zu] is ok but has no \"figures\"", file, i);
	}
}

void xsw_check_record(const json_t *record, const char *file)
{
	const char *kind = json_string_value(json_object_get(record, "kind"));
	const json_t *schema = json_object_get(record, "schema");

	if (!kind || strcmp(kind, KIND))
		errx(1, "%s: \"kind\" is not \"%s\": not a record of a run", file, KIND);
	if (!json_is_integer(schema))
		errx(1, "%s: \"schema\" is missing: not a record of a run", file);
	if (json_integer_value(schema) != SCHEMA)
		errx(1, "%s: schema %d, this program reads schema %d: use the suite that wrote it",
		     file, (int)json_integer_value(schema), SCHEMA);
	check_keys(record, record_keys, file, "");
	if (json_is_object(json_object_get(record, "dmabench")))
		check_keys(json_object_get(record, "dmabench"), dmabench_keys, file, "dmabench ");
	check_list(record, "devices", device_keys, file);
	check_list(record, "rounds", round_keys, file);
	check_kinds(record, file);
}
