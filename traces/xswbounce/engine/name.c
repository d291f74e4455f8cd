// SPDX-License-Identifier: GPL-2.0-only
/* Names that others chose. */
#include "engine/name.h"

void name_clean(char *name, size_t size)
{
	size_t i;

	name[size - 1] = '\0';
	for (i = 0; name[i]; i++)
		if (name[i] < 0x20 || name[i] > 0x7e)
			name[i] = '?';
}
