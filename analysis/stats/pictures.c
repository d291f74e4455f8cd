// SPDX-License-Identifier: GPL-2.0-only
/* Groups environments into pictures, and holds what all pictures need. */

#include <ctype.h>
#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "pictures.h"

FILE *xsw_gallery_open(const struct xsw_gallery *gallery, const char *name, const char *suffix)
{
	char *path = xsw_format("%s/%s%s", gallery->folder, name, suffix);
	FILE *file = fopen(path, "we");

	if (!file)
		err(1, "%s", path);
	free(path);
	return file;
}

void xsw_gallery_drop(const struct xsw_gallery *gallery, const char *name)
{
	char *path = xsw_format("%s/%s", gallery->folder, name);

	if (unlink(path))
		err(1, "%s", path);
	free(path);
}

void xsw_gallery_close(FILE *file, const char *name)
{
	int failed = ferror(file);

	if (fclose(file) || failed)
		err(1, "cannot write the data of picture %s", name);
}

void xsw_gallery_add(const struct xsw_gallery *gallery, const char *name, const char *script,
		     bool time, const char *caption)
{
	fprintf(gallery->list, "%s\t%s\t%s\t%s\n", name, script, time ? "time" : "counts", caption);
}

/* gnuplot's double-quoted strings know backslashes; control characters have no place in a name. */
static void put_quoted(FILE *vars, const char *value)
{
	putc('"', vars);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			putc('\\', vars);
		putc(iscntrl((unsigned char)*value) ? '?' : *value, vars);
	}
	putc('"', vars);
}

void xsw_put_text(FILE *vars, const char *variable, const char *value)
{
	fprintf(vars, "%s = ", variable);
	put_quoted(vars, value);
	putc('\n', vars);
}

void xsw_put_texts(FILE *vars, const char *variable, char *const *values, size_t n)
{
	size_t i;

	fprintf(vars, "array %s[%zu] = [", variable, n);
	for (i = 0; i < n; i++) {
		fputs(i ? ", " : "", vars);
		put_quoted(vars, values[i]);
	}
	fputs("]\n", vars);
}

void xsw_put_numbers(FILE *vars, const char *variable, const double *values, size_t n)
{
	size_t i;

	fprintf(vars, "array %s[%zu] = [", variable, n);
	for (i = 0; i < n; i++)
		fprintf(vars, "%s%.9g", i ? ", " : "", values[i]);
	fputs("]\n", vars);
}

char *xsw_series_name(const struct xsw_series *series, bool with_env)
{
	return xsw_format("%s%s%s%s", with_env ? series->env->name : "", with_env ? " " : "",
			  series->backend, series->force ? ", forced" : "");
}

const char *xsw_series_color(const struct xsw_series *series, size_t nth)
{
	/* P. Tol's bright scheme and darker mates: told apart by the colour-blind, and in grey. */
	static const char *const colors[3][4] = {
		{ "#4477aa", "#ee6677", "#aa3377", "#777777" },
		{ "#228833", "#ccbb44", "#997700", "#999999" },
		{ "#66ccee", "#994455", "#004488", "#bbbbbb" },
	};
	size_t which = 3;

	if (!strcmp(series->backend, "stock"))
		which = series->force ? 3 : 0;
	else if (!strcmp(series->backend, "module"))
		which = series->force ? 2 : 1;
	return colors[nth % 3][which];
}

char *xsw_picture_name(const char *what, const char *group, const char *device)
{
	char *name = xsw_format("%s%s%s%s%s", what, *group ? "-" : "", group, *device ? "-" : "",
				device);
	char *p;

	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '-' && *p != '.')
			*p = '_';
	return name;
}

static void group_pictures(const struct xsw_gallery *gallery, struct xsw_group *group)
{
	const char **devices = NULL;
	size_t nr = 0, i, k, d;

	group->timed = xsw_array(group->nr, sizeof(*group->timed));
	for (i = 0; i < group->nr; i++) {
		xsw_cells_make(&group->timed[i], group->envs[i], XSW_TIMED);
		for (k = 0; k < group->timed[i].nr; k++) {
			const char *device = group->timed[i].cells[k].device;

			for (d = 0; d < nr && strcmp(devices[d], device); d++)
				;
			if (d < nr)
				continue;
			devices = xsw_grow(devices, nr + 1, sizeof(*devices));
			devices[nr++] = device;
		}
	}
	for (d = 0; d < nr; d++) {
		xsw_picture_throughput(gallery, group, devices[d]);
		xsw_picture_latency(gallery, group, devices[d]);
	}
	for (i = 0; i < group->nr; i++)
		xsw_cells_free(&group->timed[i]);
	free(group->timed);
	free(devices);
}

static void real_group(const struct xsw_gallery *gallery, const struct xsw_run *run)
{
	struct xsw_group group = { .nr = 0 };
	size_t i;

	group.envs = xsw_array(run->nr, sizeof(*group.envs));
	for (i = 0; i < run->nr; i++)
		if (!run->environments[i].emulated)
			group.envs[group.nr++] = &run->environments[i];
	group.name = xsw_format("%s", group.nr == 1 ? group.envs[0]->name : "all");
	if (group.nr)
		group_pictures(gallery, &group);
	free(group.name);
	free(group.envs);
}

void xsw_pictures(const struct xsw_run *run, const char *folder)
{
	struct xsw_gallery gallery = { .folder = folder };
	size_t i;

	gallery.list = xsw_gallery_open(&gallery, "pictures", ".tsv");
	xsw_picture_bounced(&gallery, run);
	for (i = 0; i < run->nr; i++) {
		const struct xsw_environment *env = &run->environments[i];

		xsw_picture_ratio(&gallery, env);
		if (env->emulated) {
			struct xsw_group alone = { .envs = &env, .nr = 1, .emulated = true };

			alone.name = xsw_format("%s", env->name);
			group_pictures(&gallery, &alone);
			free(alone.name);
		}
	}
	real_group(&gallery, run);
	xsw_gallery_close(gallery.list, "pictures");
}
