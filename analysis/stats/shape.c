// SPDX-License-Identifier: GPL-2.0-only
/* JSON shapes that the summary of a run and the comparison of two have alike. */

#include <math.h>

#include "summary.h"

json_t *xsw_json_number(double value)
{
	return isnan(value) ? json_null() : json_real(value);
}

json_t *xsw_json_interval(const struct xsw_interval *in)
{
	if (!in->known)
		return json_null();
	return json_pack("{s:f, s:f, s:f}", "low", in->low, "high", in->high, "coverage",
			 in->coverage);
}

json_t *xsw_json_spread(const struct xsw_spread *s)
{
	return json_pack("{s:i, s:o, s:o, s:o, s:o}", "n", (int)s->n, "median",
			 xsw_json_number(s->median), "min", xsw_json_number(s->min), "max",
			 xsw_json_number(s->max), "interval", xsw_json_interval(&s->interval));
}

json_t *xsw_json_cell(const struct xsw_cell *cell)
{
	return json_pack("{s:s, s:s, s:s, s:b}", "device", cell->device, "load", cell->load,
			 "backend", cell->backend, "force", (int)cell->force);
}

json_t *xsw_json_shift(const struct xsw_shift *s)
{
	return json_pack("{s:o, s:o, s:o}", "ratio", xsw_json_number(s->ratio), "interval",
			 xsw_json_interval(&s->interval), "p", xsw_json_number(s->p));
}

json_t *xsw_json_record(const struct xsw_environment *env)
{
	json_t *record = json_copy(env->json);

	json_object_del(record, "rounds");
	return record;
}
