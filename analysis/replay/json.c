// SPDX-License-Identifier: GPL-2.0-only
/* Writing JSON. */
#include <inttypes.h>

#include "json.h"

static void begin(struct json *j, const char *name)
{
	if (j->some[j->depth])
		fputc(',', j->f);
	j->some[j->depth] = true;
	if (j->depth == 1 || (j->depth == 2 && !name))
		fputs("\n ", j->f);
	if (name)
		fprintf(j->f, "\"%s\": ", name);
}

void json_open(struct json *j, const char *name, char bracket)
{
	begin(j, name);
	fputc(bracket, j->f);
	j->some[++j->depth] = false;
}

void json_close(struct json *j, char bracket)
{
	fputc(bracket, j->f);
	if (!--j->depth)
		fputc('\n', j->f);
}

void json_count(struct json *j, const char *name, u64 value)
{
	begin(j, name);
	fprintf(j->f, "%" PRIu64, value);
}

void json_real(struct json *j, const char *name, double value)
{
	begin(j, name);
	fprintf(j->f, "%.9f", value);
}

void json_flag(struct json *j, const char *name, bool value)
{
	begin(j, name);
	fputs(value ? "true" : "false", j->f);
}

void json_null(struct json *j, const char *name)
{
	begin(j, name);
	fputs("null", j->f);
}

void json_text(struct json *j, const char *name, const char *text)
{
	if (!*text) {
		json_null(j, name);
		return;
	}
	begin(j, name);
	fputc('"', j->f);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', j->f);
		fputc(*text, j->f);
	}
	fputc('"', j->f);
}
