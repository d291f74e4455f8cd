// SPDX-License-Identifier: GPL-2.0-only
/* The DMA API's own benchmark: its record, which run.json names, without the single rows. */

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "record.h"

#define SCHEMA 1
#define KIND   "swiotlb-xen-dmabench"

static json_t *load(const char *path)
{
	json_t *raw = xsw_raw_load(path);
	const char *kind = json_string_value(json_object_get(raw, "kind"));

	if (!kind || strcmp(kind, KIND))
		errx(1, "%s: \"kind\" is not \"%s\": not a record of dmabench", path, KIND);
	if (json_integer_value(json_object_get(raw, "schema")) != SCHEMA)
		errx(1, "%s: not of schema %d: use the suite that wrote it", path, SCHEMA);
	if (!json_is_array(json_object_get(raw, "summary")) ||
	    !json_is_string(json_object_get(raw, "unit")))
		errx(1, "%s: \"summary\" or \"unit\" is missing: incomplete", path);
	return raw;
}

json_t *xsw_dmabench(const struct xsw_environment *env)
{
	const json_t *named = json_object_get(env->json, "dmabench");
	const char *file = json_string_value(json_object_get(named, "raw"));
	json_t *json;
	char *text;

	if (!file)
		return json_null();
	text = xsw_format("%s/%s", env->folder, file);
	json = load(text);
	free(text);
	json_object_del(json, "rows");
	json_object_set(json, "function", json_object_get(named, "device"));
	text = xsw_format("%s/%s", env->name, file);
	json_object_set_new(json, "source", json_string(text));
	free(text);
	return json;
}
