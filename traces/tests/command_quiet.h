/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command calls of command.c and others, for a test of one: it says and does nothing. */
#ifndef XSW_TESTS_COMMAND_QUIET_H
#define XSW_TESTS_COMMAND_QUIET_H

#include "command.h"
#include "engine/own_cost.h"
#include "say.h"

struct command_options command_options;
void (*command_every)(void);

void command_parse(const struct argp *own, const char *name, enum command_arguments arguments,
		   const char *text, int argc, char **argv)
{
	(void)own;
	(void)name;
	(void)arguments;
	(void)text;
	(void)argc;
	(void)argv;
}

void command_look(struct host *h)
{
	(void)h;
}

void command_look_memory(struct host *h)
{
	(void)h;
}

double command_period(double otherwise)
{
	return otherwise;
}

void command_begin(void)
{
}

int command_end(void)
{
	return 0;
}

void own_cost_print(void)
{
}

void say_flush(void)
{
}

#endif /* XSW_TESTS_COMMAND_QUIET_H */
