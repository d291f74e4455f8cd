// SPDX-License-Identifier: GPL-2.0-only
/* Reads raw files: the outputs of tools, as text or as the JSON in it. */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "record.h"

char *xsw_raw_text(const char *path, size_t *size)
{
	FILE *f = fopen(path, "re");
	char *data = NULL;
	size_t room = 0;

	if (!f)
		err(1, "%s, named by run.json", path);
	*size = 0;
	do {
		room += 65536;
		data = xsw_grow(data, room, 1);
		*size += fread(data + *size, 1, room - *size, f);
	} while (*size == room);
	if (ferror(f))
		err(1, "%s", path);
	fclose(f);
	data[*size] = '\0'; /* there is room: the last block was not full */
	return data;
}

/* fio writes its notes before the JSON: that begins where a line begins with a brace. */
static const char *json_start(const char *data, size_t size)
{
	const char *p = data, *end = data + size;

	while (p < end && *p != '{') {
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			return NULL;
		p++;
	}
	return p < end ? p : NULL;
}

json_t *xsw_raw_load(const char *path)
{
	size_t size;
	char *data = xsw_raw_text(path, &size);
	const char *start = json_start(data, size);
	json_error_t e;
	json_t *json = NULL;

	if (start) {
		json = json_loadb(start, (size_t)(data + size - start), JSON_DISABLE_EOF_CHECK, &e);
		if (!json)
			errx(1, "%s: damaged or cut short at line %d of its JSON (%s)", path,
			     e.line, e.text);
	} else if (!size) {
		errx(1, "%s, named by run.json, is empty", path);
	}
	free(data);
	return json;
}
