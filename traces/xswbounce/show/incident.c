// SPDX-License-Identifier: GPL-2.0-only
/* Incident files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "engine/name.h"
#include "show/incident.h"
#include "say.h"

#define FIRST "# xswbounce incident 1\n"
#define LAST  "# whole, checksum "

#define MOST_LINES 20000 /* of a file that is copied */

bool incident_create(struct incident *i, const char *path)
{
	snprintf(i->path, sizeof(i->path), "%s", path);
	if (!output_begin(&i->output, i->path, 0600)) {
		warn("can't write %s: %s", i->path, strerror(errno));
		return false;
	}
	i->f = i->output.f;
	fputs(FIRST, i->f);
	return true;
}

void incident_section(struct incident *i, const char *title)
{
	fprintf(i->f, "\n== %s\n", title);
}

void incident_copy(struct incident *i, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[1024];
	int lines = 0;

	if (!f) {
		fprintf(i->f, "(can't read %s: %s)\n", path, strerror(errno));
		return;
	}
	while (lines++ < MOST_LINES && fgets(line, sizeof(line), f))
		fputs(line, i->f);
	fclose(f);
}

/* CRC-32 of all before the last line, which tells it. */
static unsigned long checksum_of(FILE *f, long end)
{
	unsigned long sum = crc32(0, NULL, 0);
	char buffer[4096];
	size_t n;

	rewind(f);
	while (end > 0) {
		n = fread(buffer, 1, end < (long)sizeof(buffer) ? (size_t)end : sizeof(buffer), f);
		if (!n)
			break;
		sum = crc32(sum, (const void *)buffer, n);
		end -= n;
	}
	return sum;
}

bool incident_close(struct incident *i)
{
	unsigned long sum;

	fputc('\n', i->f);
	fflush(i->f);
	sum = checksum_of(i->f, ftell(i->f));
	fseek(i->f, 0, SEEK_END);
	fprintf(i->f, LAST "%08lx\n", sum);
	if (output_finish(&i->output))
		return true;
	warn("can't write %s: %s", i->path, strerror(errno));
	return false;
}

bool incident_is(const char *path)
{
	char line[sizeof(FIRST)] = "";
	FILE *f = fopen(path, "r");
	bool is;

	if (!f)
		return false;
	is = fgets(line, sizeof(line), f) && !strcmp(line, FIRST);
	fclose(f);
	return is;
}

int incident_print(const char *path)
{
	char line[4096], last[64] = "";
	unsigned long told = 0;
	FILE *f = fopen(path, "r");
	long end = 0, at = 0;

	if (!f)
		die("can't read %s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		end = at;
		at = ftell(f);
		snprintf(last, sizeof(last), "%.63s", line);
		if (!strncmp(line, LAST, strlen(LAST)))
			continue;
		name_clean_line(line); /* the file may come from anywhere */
		fputs(line, stdout);
	}
	if (!strncmp(last, LAST, strlen(LAST)))
		told = strtoul(last + strlen(LAST), NULL, 16);
	if (strncmp(last, LAST, strlen(LAST)) || checksum_of(f, end) != told) {
		warn("%s was cut off or changed", path);
		return 1;
	}
	fclose(f);
	return 0;
}
