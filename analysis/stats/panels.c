// SPDX-License-Identifier: GPL-2.0-only
/* Pictures of many panels, one a load. */

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "panels.h"

static void add_series(struct xsw_panels *p, const struct xsw_cell *cell, size_t nth)
{
	size_t i;

	for (i = 0; i < p->nr_series; i++)
		if (p->series[i].env == cell->env && p->series[i].force == cell->force &&
		    !strcmp(p->series[i].backend, cell->backend))
			return;
	p->series = xsw_grow(p->series, p->nr_series + 1, sizeof(*p->series));
	p->nth = xsw_grow(p->nth, p->nr_series + 1, sizeof(*p->nth));
	p->series[p->nr_series] = (struct xsw_series){ cell->env, cell->backend, cell->force };
	p->nth[p->nr_series++] = nth;
}

static void add_load(struct xsw_panels *p, const char *load)
{
	size_t i;

	for (i = 0; i < p->nr_loads; i++)
		if (!strcmp(p->loads[i], load))
			return;
	p->loads = xsw_grow(p->loads, p->nr_loads + 1, sizeof(*p->loads));
	p->loads[p->nr_loads++] = load;
}

void xsw_panels_make(struct xsw_panels *p, const struct xsw_group *group, const char *device)
{
	size_t i, k;

	*p = (struct xsw_panels){ .group = group, .device = device };
	for (i = 0; i < group->nr; i++) {
		for (k = 0; k < group->timed[i].nr; k++) {
			const struct xsw_cell *cell = &group->timed[i].cells[k];

			if (strcmp(cell->device, device))
				continue;
			add_series(p, cell, i);
			add_load(p, cell->load);
		}
	}
}

void xsw_panels_free(struct xsw_panels *p)
{
	free(p->series);
	free(p->nth);
	free(p->loads);
}

const struct xsw_cell *xsw_panels_cell(const struct xsw_panels *p, const char *load, size_t series)
{
	const struct xsw_cells *cells = &p->group->timed[p->nth[series]];
	size_t i;

	for (i = 0; i < cells->nr; i++) {
		const struct xsw_cell *cell = &cells->cells[i];

		if (!strcmp(cell->device, p->device) && !strcmp(cell->load, load) &&
		    !strcmp(cell->backend, p->series[series].backend) &&
		    cell->force == p->series[series].force)
			return cell;
	}
	return NULL;
}

void xsw_panel_add(struct xsw_panel_list *list, const char *file, const char *head,
		   const char *unit, const struct xsw_range *range)
{
	size_t n = list->nr + 1;

	list->files = xsw_grow(list->files, n, sizeof(char *));
	list->heads = xsw_grow(list->heads, n, sizeof(char *));
	list->units = xsw_grow(list->units, n, sizeof(char *));
	list->low = xsw_grow(list->low, n, sizeof(double));
	list->high = xsw_grow(list->high, n, sizeof(double));
	list->right = xsw_grow(list->right, n, sizeof(double));
	list->files[list->nr] = xsw_format("%s", file);
	list->heads[list->nr] = xsw_format("%s", head);
	list->units[list->nr] = xsw_format("%s", unit);
	list->low[list->nr] = range->low;
	list->high[list->nr] = range->high;
	list->right[list->nr] = range->right;
	list->nr = n;
}

void xsw_panel_list_free(struct xsw_panel_list *list)
{
	size_t i;

	for (i = 0; i < list->nr; i++) {
		free(list->files[i]);
		free(list->heads[i]);
		free(list->units[i]);
	}
	free(list->files);
	free(list->heads);
	free(list->units);
	free(list->low);
	free(list->high);
	free(list->right);
}

static void put_legend(FILE *vars, const struct xsw_panels *p)
{
	char **names = xsw_array(p->nr_series, sizeof(*names));
	char **colors = xsw_array(p->nr_series, sizeof(*colors));
	size_t i;

	for (i = 0; i < p->nr_series; i++) {
		names[i] = xsw_series_name(&p->series[i], p->group->nr > 1);
		colors[i] = xsw_format("%s", xsw_series_color(&p->series[i], p->nth[i]));
	}
	xsw_put_texts(vars, "series_name", names, p->nr_series);
	xsw_put_texts(vars, "series_color", colors, p->nr_series);
	for (i = 0; i < p->nr_series; i++) {
		free(names[i]);
		free(colors[i]);
	}
	free(names);
	free(colors);
}

void xsw_panels_put(const struct xsw_gallery *gallery, const char *name, const struct xsw_panels *p,
		    const struct xsw_panel_list *list, const char *title)
{
	FILE *vars = xsw_gallery_open(gallery, name, ".vars");

	xsw_put_text(vars, "title", title);
	xsw_put_text(vars, "mark", p->group->emulated ? "emulated" : "");
	put_legend(vars, p);
	xsw_put_texts(vars, "panel_file", list->files, list->nr);
	xsw_put_texts(vars, "panel_head", list->heads, list->nr);
	xsw_put_texts(vars, "panel_unit", list->units, list->nr);
	xsw_put_numbers(vars, "panel_low", list->low, list->nr);
	xsw_put_numbers(vars, "panel_high", list->high, list->nr);
	xsw_put_numbers(vars, "panel_right", list->right, list->nr);
	xsw_gallery_close(vars, name);
}
