/* SPDX-License-Identifier: GPL-2.0-only */
/* What a test in C prints: a line for each check, and their number at the end (TAP). */
#ifndef XSW_TESTS_OK_H
#define XSW_TESTS_OK_H

#include <stdbool.h>
#include <stdio.h>

static int tests, failed;

static void ok(bool good, const char *name)
{
	tests++;
	failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", tests, name);
}

/* Return: the program's exit status. */
static int done_testing(void)
{
	printf("1..%d\n", tests);
	return failed > 0;
}

#endif
