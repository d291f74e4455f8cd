// SPDX-License-Identifier: GPL-2.0-only
/* xsw-stat: the statistics of a run, for the report's text and for gnuplot; or of two runs. */

#include <argp.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "pictures.h"
#include "summary.h"

#define OUTPUT_FLAGS (JSON_INDENT(1) | JSON_REAL_PRECISION(12))

struct arguments {
	const char *plots, *folders[2];
	int nr;
};

static const struct argp_option options[] = {
	{ "plots", 'p', "FOLDER", 0, "write the pictures' data into this existing folder", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'p':
		a->plots = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (a->nr == 2)
			argp_error(state, "one run or two, not more");
		a->folders[a->nr++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (!a->nr)
			argp_error(state, "name the folder of a run");
		if (a->nr == 2 && a->plots)
			argp_error(state, "--plots goes with one run");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void print(json_t *json)
{
	if (!json)
		errx(1, "a text in the record is not UTF-8");
	if (json_dumpf(json, stdout, OUTPUT_FLAGS) || putchar('\n') == EOF || fflush(stdout))
		err(1, "cannot write the statistics");
	json_decref(json);
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "RUN [RUN_B]",
		.doc = "Statistics of a run (RUN/<environment>/run.json and the raw files it "
		       "names), or what changed from RUN to RUN_B, as JSON on the standard output."
		       "\vExample: xsw-stat --plots /tmp/plots results/20250101T120000Z-lab",
	};
	struct arguments a = { .nr = 0 };
	struct xsw_run runs[2];
	int i;

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	for (i = 0; i < a.nr; i++)
		xsw_run_read(&runs[i], a.folders[i]);
	if (a.plots)
		xsw_pictures(&runs[0], a.plots);
	print(a.nr == 2 ? xsw_change(&runs[0], &runs[1]) : xsw_summary(&runs[0]));
	for (i = 0; i < a.nr; i++)
		xsw_run_free(&runs[i]);
	return 0;
}
