/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tells a run's statistics as JSON: what the report's text is written from.
 *
 * Every figure carries the raw file it came from ("source", relative to the run's folder).
 */
#ifndef XSW_SUMMARY_H
#define XSW_SUMMARY_H

#include "cells.h"

/* Return: a new object; see analysis/README.md. */
json_t *xsw_summary(const struct xsw_run *run);

/**
 * xsw_change() - what changed from run @a to run @b
 *
 * Rounds of two runs are not paired: xsw_shift(), its p adjusted for the number of comparisons.
 * Return: a new object.
 */
json_t *xsw_change(const struct xsw_run *a, const struct xsw_run *b);

/**
 * xsw_across() - other environments against native, stock and module each
 *
 * Nothing where either is emulated: the emulator's trap cost is not a machine's.
 * Return: a new list.
 */
json_t *xsw_across(const struct xsw_run *run);

/* Return: a new copy of an environment's record without its rounds. */
json_t *xsw_json_record(const struct xsw_environment *env);

/* Return: a new number, null for NAN. */
json_t *xsw_json_number(double value);

/* Return: a new object of a spread, "interval" null below XSW_MIN_ROUNDS. */
json_t *xsw_json_spread(const struct xsw_spread *spread);
json_t *xsw_json_interval(const struct xsw_interval *interval);

/* Return: a new object that names a cell: device, load, backend, force. */
json_t *xsw_json_cell(const struct xsw_cell *cell);

/* Return: a new object of a shift. */
json_t *xsw_json_shift(const struct xsw_shift *shift);

#endif /* XSW_SUMMARY_H */
