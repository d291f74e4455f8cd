/* SPDX-License-Identifier: GPL-2.0-only */
/* Totals in Prometheus' text format 0.0.4, for node_exporter's textfile collector. */
#ifndef XB_PROMETHEUS_H
#define XB_PROMETHEUS_H

#include "engine/flow.h"

/**
 * prometheus_write() - replace @path at one stroke; warns once if it can't be written
 */
void prometheus_look(const struct host *host); /* at how full the pools are: some times a second */
void prometheus_write(const char *path, const struct host *host, const struct flow_state *totals);

#endif /* XB_PROMETHEUS_H */
