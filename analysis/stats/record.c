// SPDX-License-Identifier: GPL-2.0-only
/* Reads a run: every RUN/<environment>/run.json and the raw files it names. */

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "record.h"

/* Two readings of one figure that differ by more than this share are a dispute. */
#define DISPUTE 0.005

double xsw_number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

const char *xsw_target_of(const json_t *device)
{
	const char *target = json_string_value(json_object_get(device, "target"));

	return target ? target : json_string_value(json_object_get(device, "id"));
}

static const char *text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static enum xsw_kind kind_of(const char *name)
{
	if (!strcmp(name, "timed"))
		return XSW_TIMED;
	return strcmp(name, "counted") ? XSW_CONTROL : XSW_COUNTED;
}

static void read_histogram(struct xsw_round *r)
{
	const json_t *bins = json_object_get(r->json, "lat_hist"), *bin;
	size_t i;

	json_array_foreach(bins, i, bin)
		xsw_histogram_add(&r->latency, json_number_value(json_array_get(bin, 0)),
				  (uint64_t)json_number_value(json_array_get(bin, 1)));
	xsw_histogram_order(&r->latency);
}

static void note_dispute(struct xsw_environment *env, const struct xsw_round *r, const char *key,
			 double recorded, double raw)
{
	if (isnan(raw) || isnan(recorded) ||
	    fabs(raw - recorded) <= DISPUTE * fmax(fabs(raw), fabs(recorded)))
		return;
	env->disputes = xsw_grow(env->disputes, env->nr_disputes + 1, sizeof(*env->disputes));
	env->disputes[env->nr_disputes++] = (struct xsw_dispute){ r, key, recorded, raw };
}

/* What run.json says fills the gaps; where the raw file has spoken it is only compared. */
static void read_recorded(struct xsw_environment *env, struct xsw_round *r)
{
	const json_t *figures = json_object_get(r->json, "figures");
	size_t f;

	for (f = 0; f < XSW_NR_FIGURES; f++) {
		double recorded = xsw_number(figures, xsw_figures[f].key);

		if (r->from_raw[f])
			note_dispute(env, r, xsw_figures[f].key, recorded, r->figures[f]);
		else
			r->figures[f] = recorded;
	}
}

/* Counts come from the output of what counted them. */
static void read_counts(struct xsw_environment *env, struct xsw_round *r)
{
	static const char *const keys[] = { "maps",          "map_bytes", "bounces",
					    "bounced_bytes", "fails",     "exchanges" };
	const char *raw = r->counters ? text(r->counters, "raw") : NULL;
	double recorded[6];
	char *path;
	size_t i;

	if (!raw || !r->ok)
		return;
	for (i = 0; i < 6; i++)
		recorded[i] = xsw_number(r->counters, keys[i]);
	path = xsw_format("%s/%s", env->folder, raw);
	xsw_raw_counts(env, r, path);
	free(path);
	for (i = 0; i < 6; i++)
		note_dispute(env, r, keys[i], recorded[i], xsw_number(r->counters, keys[i]));
}

static void derive(struct xsw_round *r)
{
	/* CPU time is that of a window inside the load, where the record has one */
	double *f = r->figures;
	double gigabytes =
		(isnan(f[XSW_WINDOW_BYTES]) ? f[XSW_IO_BYTES] : f[XSW_WINDOW_BYTES]) / 1e9;

	f[XSW_CPU_PER_GB] = NAN;
	f[XSW_VCPU_PER_GB] = NAN;
	if (!(gigabytes > 0))
		return;
	f[XSW_CPU_PER_GB] = (f[XSW_CPU_USER] + f[XSW_CPU_SYS]) / gigabytes;
	f[XSW_VCPU_PER_GB] = f[XSW_VCPU] / gigabytes;
}

static void read_round(struct xsw_environment *env, struct xsw_round *r, json_t *json)
{
	const json_t *verified = json_object_get(json, "verified"), *visit;
	size_t f;

	r->json = json;
	r->index = (int)json_integer_value(json_object_get(json, "index"));
	visit = json_object_get(json, "visit");
	r->visit = json_is_integer(visit) ? (int)json_integer_value(visit) : -1;
	r->backend = text(json, "backend");
	r->device = text(json, "device");
	r->load = text(json, "load");
	r->position = text(json, "position");
	r->raw = text(json, "raw");
	r->kind = kind_of(text(json, "kind"));
	r->force = json_is_true(json_object_get(json, "force"));
	r->ok = json_is_true(json_object_get(json, "ok"));
	r->verified = json_is_boolean(verified) ? json_is_true(verified) : -1;
	r->counters = json_object_get(json, "counters");
	if (!json_is_object(r->counters))
		r->counters = NULL;
	for (f = 0; f < XSW_NR_FIGURES; f++)
		r->figures[f] = NAN;
	r->source = r->raw ? xsw_format("%s/%s", env->name, r->raw) : strdup(env->file);
	if (r->raw && r->ok) {
		char *path = xsw_format("%s/%s", env->folder, r->raw);

		xsw_raw_read(r, path);
		free(path);
	}
	if (r->tool_failed) {
		r->ok = false;
		r->verified = r->verified < 0 ? -1 : 0;
	}
	if (!r->latency.nr)
		read_histogram(r);
	read_recorded(env, r);
	read_counts(env, r);
	derive(r);
}

static json_t *load_record(const char *path)
{
	json_error_t e;
	json_t *json = json_load_file(path, 0, &e);

	if (!json && access(path, R_OK))
		err(1, "%s", path);
	if (!json)
		errx(1,
		     "%s: damaged or cut short at line %d (%s): measure again or remove its folder",
		     path, e.line, e.text);
	return json;
}

static void read_environment(struct xsw_environment *env, const char *run, const char *name)
{
	json_t *rounds, *round;
	char *path;
	size_t i;

	env->folder = xsw_format("%s/%s", run, name);
	env->file = xsw_format("%s/run.json", name);
	path = xsw_format("%s/run.json", env->folder);
	env->json = load_record(path);
	xsw_check_record(env->json, path);
	env->name = text(env->json, "environment");
	if (strcmp(env->name, name))
		errx(1, "%s: records environment \"%s\" but lies in folder \"%s\"", path, env->name,
		     name);
	free(path);
	env->emulated = json_is_true(json_object_get(env->json, "emulated"));
	rounds = json_object_get(env->json, "rounds");
	env->nr_rounds = json_array_size(rounds);
	env->rounds = xsw_array(env->nr_rounds, sizeof(*env->rounds));
	json_array_foreach(rounds, i, round)
		read_round(env, &env->rounds[i], round);
}

static int has_record(const char *run, const char *name)
{
	char *path = xsw_format("%s/%s/run.json", run, name);
	int found = name[0] != '.' && !access(path, F_OK);

	free(path);
	return found;
}

void xsw_run_read(struct xsw_run *run, const char *folder)
{
	struct dirent **entries;
	int i, n = scandir(folder, &entries, NULL, alphasort);

	if (n < 0)
		err(1, "%s", folder);
	*run = (struct xsw_run){ .folder = folder };
	for (i = 0; i < n; i++) {
		if (has_record(folder, entries[i]->d_name)) {
			struct xsw_environment *env;

			run->environments = xsw_grow(run->environments, run->nr + 1,
						     sizeof(*run->environments));
			env = &run->environments[run->nr++];
			*env = (struct xsw_environment){ .name = NULL };
			read_environment(env, folder, entries[i]->d_name);
			run->emulated |= env->emulated;
		}
		free(entries[i]);
	}
	free(entries);
	if (!run->nr)
		errx(1, "%s: no <environment>/run.json in it: not the folder of a run", folder);
	run->name = text(run->environments[0].json, "run");
}

void xsw_run_free(struct xsw_run *run)
{
	size_t i, k;

	for (i = 0; i < run->nr; i++) {
		struct xsw_environment *env = &run->environments[i];

		for (k = 0; k < env->nr_rounds; k++) {
			xsw_histogram_free(&env->rounds[k].latency);
			free(env->rounds[k].source);
		}
		free(env->rounds);
		free(env->disputes);
		free(env->folder);
		free(env->file);
		json_decref(env->json);
	}
	free(run->environments);
}
