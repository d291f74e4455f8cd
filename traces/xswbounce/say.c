// SPDX-License-Identifier: GPL-2.0-only
/* What goes to the standard error. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/libbpf.h>

#include "say.h"

static bool verbose;

static void say(const char *format, va_list args)
{
	fputs("xswbounce: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	exit(STATUS_ERROR);
}

void say_flush(void)
{
	if (fflush(stdout)) {
		warn("can't write the output: %s", strerror(errno));
		_exit(STATUS_ERROR);
	}
}

void warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

static int libbpf_says(enum libbpf_print_level level, const char *format, va_list args)
{
	if (!verbose || level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(stderr, format, args);
}

void say_verbose(bool on)
{
	verbose = on;
	libbpf_set_print(libbpf_says);
}

bool say_is_verbose(void)
{
	return verbose;
}
