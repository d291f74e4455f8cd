// SPDX-License-Identifier: GPL-2.0-only
/* How long a command measures, how many tables it prints, and how it ends the program it runs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "engine/host.h"
#include "show/json.h"
#include "engine/own_cost.h"
#include "engine/refusal.h"
#include "say.h"
#include "ok.h"

/* What command.c calls of the others. */
void own_cost_begin(void)
{
}

double own_cost_due(void)
{
	return 0.05;
}

void own_cost_look(void)
{
}

void host_look(struct host *h)
{
	(void)h;
}

void host_needs_root(void)
{
}

const char *host_name(const struct host *h)
{
	(void)h;
	return "no Xen";
}

void refusal_ends(const char *instead)
{
	(void)instead;
}

void die(const char *format, ...)
{
	(void)format;
	exit(STATUS_ERROR);
}

void warn(const char *format, ...)
{
	(void)format;
}

void say_verbose(bool on)
{
	(void)on;
}

void say_flush(void)
{
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* What one command line does, in a process of its own: its exit status. */
static int run(int (*command)(void), enum command_arguments arguments, char **argv)
{
	int status, argc = 0;
	pid_t pid;

	while (argv[argc])
		argc++;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		command_parse(NULL, "test", arguments, "", argc, argv);
		exit(command());
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The tenths of a second that it measured. */
static int measures(void)
{
	double begin = now();

	command_begin();
	while (command_wait(0.02, command_period(5)))
		;
	return 10 * (now() - begin);
}

/* The days for which it would go on. */
static int days(void)
{
	return fmin(command_period(5) / 86400, 100);
}

static int tables(void)
{
	int n = 0;

	command_begin();
	while (command_table(command_period(1)))
		n++;
	return n;
}

static int ends(void)
{
	command_begin();
	while (command_wait(INFINITY, command_period(INFINITY)))
		;
	return command_end();
}

/* By its own end, by ours, or by force: the seconds that takes, and the status. */
static int ends_in(double least, double most, char **argv)
{
	double begin = now();
	int status = run(ends, COMMAND_SECONDS, argv);

	return now() - begin >= least && now() - begin <= most ? status : -1;
}

#define LINE(...) ((char *[]){ "test", __VA_ARGS__, NULL })

int main(void)
{
	int tenths = run(measures, COMMAND_SECONDS, LINE("1"));

	ok(tenths >= 10 && tenths <= 12, "as many seconds as asked for, in however small steps");
	ok(run(measures, COMMAND_SECONDS, LINE("1", "5")) == STATUS_ERROR,
	   "a COUNT is refused where there are no tables");
	ok(run(tables, COMMAND_TABLES, LINE("0.1", "4")) == 4, "COUNT tables");
	ok(run(tables, COMMAND_TABLES, LINE("0.1", "0")) == STATUS_ERROR, "not none");
	ok(run(tables, COMMAND_TABLES, LINE("0.1", "2x")) == STATUS_ERROR, "a number");
	ok(run(tables, COMMAND_TABLES, LINE("0.1", "2", "3")) == STATUS_ERROR, "and nothing more");
	ok(run(measures, COMMAND_NOTHING, LINE("1")) == STATUS_ERROR,
	   "what reads a file takes no seconds");
	ok(run(measures, COMMAND_NOTHING, LINE("--", "true")) == STATUS_ERROR, "nor a program");
	ok(run(measures, COMMAND_NOTHING, LINE("-d", "nowhere")) == 50,
	   "but any device: that of another machine");
	ok(run(days, COMMAND_SECONDS, LINE("--", "true")) == 100,
	   "a program is let run for more than a day");
	ok(ends_in(0, 2, LINE("--", "sh", "-c", "exit 7")) == 7, "the program's own status");
	ok(ends_in(0.5, 3, LINE("0.5", "--", "sleep", "20")) == 143, "143 if it was ended");
	ok(ends_in(4, 9,
		   LINE("0.5", "--", "sh", "-c", "trap '' TERM; while :; do sleep 0.1; done")) ==
		   137,
	   "137 if it would not end, after some seconds");
	return done_testing();
}
