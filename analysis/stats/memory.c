// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is there or ends the program with one line. */

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory.h"

void *xsw_array(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		err(1, "no memory for %zu elements of %zu bytes", n, size);
	return p;
}

void *xsw_grow(void *old, size_t n, size_t size)
{
	void *p = reallocarray(old, n, size);

	if (!p)
		err(1, "no memory for %zu elements of %zu bytes", n, size);
	return p;
}

char *xsw_format(const char *format, ...)
{
	va_list args;
	char *s;

	va_start(args, format);
	if (vasprintf(&s, format, args) < 0)
		err(1, "no memory for a line of text");
	va_end(args);
	return s;
}
