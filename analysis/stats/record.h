/* SPDX-License-Identifier: GPL-2.0-only */
/* One run in memory: its environments (a run.json each) and their rounds, checked. */
#ifndef XSW_RECORD_H
#define XSW_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "figure.h"
#include "histogram.h"

enum xsw_kind { XSW_TIMED, XSW_COUNTED, XSW_CONTROL };

/* Pointers to text belong to the environment's JSON, unless said otherwise. */
struct xsw_round {
	int index;
	int visit; /* which visit to a backend it belongs to; -1: not told */
	const char *backend, *device, *load;
	const char *position; /* NULL: not given */
	const char *raw;      /* as in run.json, relative to the environment; NULL: none */
	char *source;         /* the raw file relative to the run, ours; run.json where none */
	enum xsw_kind kind;
	bool force, ok;
	bool tool_failed;               /* the raw file tells of an error, whatever run.json says */
	int verified;                   /* 1, 0, -1: not a round that checks data */
	double figures[XSW_NR_FIGURES]; /* NAN: not measured */
	bool from_raw[XSW_NR_FIGURES];
	struct xsw_histogram latency;
	json_t *json, *counters; /* counters: NULL where the round has none */
};

/* A figure of run.json that its raw file contradicts. */
struct xsw_dispute {
	const struct xsw_round *round;
	const char *key; /* of figures or counters */
	double recorded, raw;
};

struct xsw_environment {
	const char *name;
	char *folder, *file; /* RUN/name; name/run.json; ours */
	bool emulated;
	json_t *json;
	struct xsw_round *rounds;
	size_t nr_rounds;
	struct xsw_dispute *disputes;
	size_t nr_disputes;
};

struct xsw_run {
	const char *folder, *name;
	bool emulated; /* any environment is */
	struct xsw_environment *environments;
	size_t nr;
};

/**
 * xsw_run_read() - read every environment of a run, check it and derive its figures
 * @folder: results/<run>; kept, not copied
 *
 * Figures come from the raw files; run.json gives only what they cannot.  A file that is
 * truncated, of another schema or incomplete ends the program with one line and status 1.
 */
void xsw_run_read(struct xsw_run *run, const char *folder);
void xsw_run_free(struct xsw_run *run);

/**
 * xsw_check_record() - hold one run.json against results/SCHEMA.md
 * @file: its path, for the message that ends the program
 */
void xsw_check_record(const json_t *record, const char *file);

/**
 * xsw_raw_read() - take a round's figures and latency histogram from its raw file
 * @path: fio's json+ or iperf3's JSON; any other file is left alone
 *
 * Sets figures[] and from_raw[] of what the file tells.  A truncated file ends the program.
 */
void xsw_raw_read(struct xsw_round *round, const char *path);

/* Return: the JSON of a raw file, new; NULL for a file that holds none. */
json_t *xsw_raw_load(const char *path);

/* Return: a raw file's text, @size bytes and a closing NUL; the caller frees it. */
char *xsw_raw_text(const char *path, size_t *size);

/**
 * xsw_raw_counts() - take a counting round's counts from what counted them
 * @path: counters.raw: the tracefs recipe's JSON, or the module's counters before and after
 *
 * Sums over the PCI functions that the record lists for the round's device and replaces what
 * round->counters says.  A file that is neither, or cut short, ends the program.
 */
void xsw_raw_counts(const struct xsw_environment *env, struct xsw_round *round, const char *path);

/* Return: what dmabench measured in this boot, from its own record; null where it did not run. */
json_t *xsw_dmabench(const struct xsw_environment *env);

/* Return: what rounds call a device of the record: its target, else its own name. */
const char *xsw_target_of(const json_t *device);

/* Return: a number of an object, NAN where it is missing or null. */
double xsw_number(const json_t *object, const char *key);

#endif /* XSW_RECORD_H */
