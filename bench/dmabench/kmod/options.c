// SPDX-License-Identifier: GPL-2.0-only
/* Reads a line of 'key=value' words into a struct, by a table. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "options.h"

static int store_word(const struct option *o, const char *value, unsigned int *to,
		      struct text *error)
{
	unsigned int i;

	for (i = 0; o->words[i]; i++) {
		if (!strcmp(o->words[i], value)) {
			*to = i;
			return 0;
		}
	}
	text_printf(error, "{\"error\":\"%s: unknown '%s', known:", o->key, value);
	for (i = 0; o->words[i]; i++)
		text_printf(error, " %s", o->words[i]);
	text_printf(error, "\"}\n");
	return -EINVAL;
}

static int store_number(const struct option *o, const char *value, unsigned int *to,
			struct text *error)
{
	unsigned int number;

	if (kstrtouint(value, 0, &number) || number < o->min || number > o->max) {
		text_printf(error, "{\"error\":\"%s must be %u to %u, not '%s'\"}\n", o->key,
			    o->min, o->max, value);
		return -EINVAL;
	}
	*to = number;
	return 0;
}

static int store(const struct option *o, const char *value, void *base, struct text *error)
{
	unsigned int *to = base + o->offset;

	return o->words ? store_word(o, value, to, error) : store_number(o, value, to, error);
}

/* A value is echoed into JSON: refuse what would break it. */
static bool plain(const char *word)
{
	return !strpbrk(word, "\"\\") && strlen(word) < 64;
}

int options_read(char *line, const struct option *table, void *to, struct text *error)
{
	const struct option *o;
	char *word, *value;
	int rc;

	while ((word = strsep(&line, " \t\n"))) {
		if (!*word)
			continue;
		value = strchr(word, '=');
		if (!value || !plain(word)) {
			text_printf(error, "{\"error\":\"words must be key=value\"}\n");
			return -EINVAL;
		}
		*value++ = '\0';
		for (o = table; o->key && strcmp(o->key, word); o++)
			;
		if (!o->key) {
			text_printf(error, "{\"error\":\"unknown key '%s'\"}\n", word);
			return -EINVAL;
		}
		rc = store(o, value, to, error);
		if (rc)
			return rc;
	}
	return 0;
}
