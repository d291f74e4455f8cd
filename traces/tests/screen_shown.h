/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command would show on the screen, for a test of one: its lines are kept. */
#ifndef XSW_TESTS_SCREEN_SHOWN_H
#define XSW_TESTS_SCREEN_SHOWN_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "show/screen.h"

static char shown[16384];

void screen_line(const char *format, ...)
{
	size_t n = strlen(shown);
	va_list values;

	va_start(values, format);
	n += vsnprintf(shown + n, sizeof(shown) - n, format, values);
	va_end(values);
	snprintf(shown + n, sizeof(shown) - n, "\n");
}

#endif
