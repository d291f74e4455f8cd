/* SPDX-License-Identifier: GPL-2.0-only */
/* Pictures of many panels, one a load: what the throughput and latency pictures have alike. */
#ifndef XSW_PANELS_H
#define XSW_PANELS_H

#include "pictures.h"

/* All of a device's loads and series within a group, in the order of the records. */
struct xsw_panels {
	const struct xsw_group *group;
	const char *device;
	struct xsw_series *series;
	size_t *nth; /* of a series: its environment's place in the group */
	size_t nr_series;
	const char **loads;
	size_t nr_loads;
};

void xsw_panels_make(struct xsw_panels *p, const struct xsw_group *group, const char *device);
void xsw_panels_free(struct xsw_panels *p);

/* Return: the cell of a load and series, NULL where it was not measured. */
const struct xsw_cell *xsw_panels_cell(const struct xsw_panels *p, const char *load, size_t series);

/* What a panel spans: its values, and how far to the right it reaches.  NAN: no data yet. */
struct xsw_range {
	double low, high, right;
};

/* Panels that have data: file, heading, unit and span of each. */
struct xsw_panel_list {
	char **files, **heads, **units;
	double *low, *high, *right;
	size_t nr;
};

void xsw_panel_add(struct xsw_panel_list *list, const char *file, const char *head,
		   const char *unit, const struct xsw_range *range);
void xsw_panel_list_free(struct xsw_panel_list *list);

/* Write NAME.vars: texts, legend and panels. */
void xsw_panels_put(const struct xsw_gallery *gallery, const char *name, const struct xsw_panels *p,
		    const struct xsw_panel_list *list, const char *title);

#endif /* XSW_PANELS_H */
