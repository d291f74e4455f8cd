// SPDX-License-Identifier: GPL-2.0-only
/* Names that others chose. */
#include <string.h>

#include "engine/name.h"

/* Terminals take bytes from 0x80 on for controls, too: alone, or as UTF-8. */
static void clean(char *text, const char *kept)
{
	for (; *text; text++)
		if ((*text < 0x20 || *text > 0x7e) && !strchr(kept, *text))
			*text = '?';
}

void name_clean(char *name, size_t size)
{
	name[size - 1] = '\0';
	clean(name, "");
}

void name_clean_line(char *line)
{
	clean(line, "\t\n");
}
