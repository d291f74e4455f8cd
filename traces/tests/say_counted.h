/* SPDX-License-Identifier: GPL-2.0-only */
/* say.h's functions for a test in C: warnings are counted, and not printed. */
#ifndef XSW_TESTS_SAY_COUNTED_H
#define XSW_TESTS_SAY_COUNTED_H

#include <stdio.h>
#include <stdlib.h>

#include "say.h"

static int warnings;

void warn(const char *format, ...)
{
	(void)format;
	warnings++;
}

void die(const char *format, ...)
{
	puts(format);
	exit(STATUS_ERROR);
}

#endif
