// SPDX-License-Identifier: GPL-2.0-only
/* What the subcommands' command lines have in common. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "show/json.h"
#include "engine/own_cost.h"
#include "say.h"
#include "version.h"

#define EVERY    0.1 /* seconds between two calls of command_every */
#define PATIENCE 5   /* seconds for a program to end when it is told to, and when it is killed */

#define AS_LONG_AS_IT_RUNS 1e9 /* seconds, or 30 years */

struct command_options command_options;
const char *command_instead;
const char *command_without = "";

static volatile sig_atomic_t stopped;
static const char *command_name;
static char **program; /* what follows --; NULL: nothing */
static pid_t child;
static int command_status;
static double begun;

void (*command_keys)(void);
int command_waker = -1;
void (*command_every)(void);

static const struct argp_option common[] = {
	{ "device", 'd', "BDF", 0, "Only this device, e.g. 0000:00:04.0", 10 },
	{ "json", 'j', NULL, 0, "One JSON object a line", 10 },
	{ "timestamp", 'T', NULL, 0, "Print the time before each table", 10 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 10 },
	{ "verbose", 'v', NULL, 0, "Say which probes are used, and all that libbpf says", 10 },
	{}
};

#define NR_COMMON (sizeof(common) / sizeof(common[0]))

static bool is_refused(int key)
{
	return key && strchr(command_without, key);
}

/* What it would ignore is no option of this command. */
static void check_option(int key)
{
	const struct argp_option *o;

	for (o = common; o->key; o++)
		if (o->key == key && is_refused(o->key))
			die("%s takes no --%s: see xswbounce %s --help", command_name, o->name,
			    command_name);
}

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	check_option(key);
	switch (key) {
	case 'd':
		command_options.device = arg;
		return 0;
	case 'j':
		command_options.json = true;
		return 0;
	case 'T':
		command_options.timestamp = true;
		return 0;
	case 'v':
		say_verbose(true);
		return 0;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static double parse_seconds(const char *what, const char *arg)
{
	char *end;
	double seconds = strtod(arg, &end);

	if (*end || !(seconds >= 0.1) || seconds > 86400)
		die("%s must be seconds, 0.1 to 86400, not '%s'", what, arg);
	return seconds;
}

static unsigned int parse_count(const char *arg)
{
	char *end;
	unsigned long count = strtoul(arg, &end, 10);

	if (!isdigit((unsigned char)*arg) || *end || !count || count > UINT_MAX)
		die("COUNT must be a whole number from 1, not '%s'", arg);
	return count;
}

static void parse_arguments(enum command_arguments wanted, int argc, char **argv, int first)
{
	if (first < argc && wanted != COMMAND_NOTHING)
		command_options.interval = parse_seconds(
			wanted == COMMAND_TABLES ? "INTERVAL" : "SECONDS", argv[first++]);
	if (first < argc && wanted == COMMAND_TABLES)
		command_options.count = parse_count(argv[first++]);
	if (first < argc)
		die("one argument too many: '%s'%s", argv[first],
		    wanted == COMMAND_SECONDS ? " (it measures once; a COUNT of tables is for top, "
						"latency, sizes and occupancy)"
		    : wanted == COMMAND_TABLES ? " (a program to run comes after --)"
					       : "");
	if (wanted == COMMAND_NOTHING && program)
		die("%s runs no program", command_name);
}

static void check_device(void)
{
	char path[128];

	if (!command_options.device)
		return;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", command_options.device);
	if (strchr(command_options.device, '/') || access(path, F_OK))
		die("no PCI device '%s' on this host: lspci -D lists them", command_options.device);
}

double command_period(double otherwise)
{
	if (command_options.interval > 0)
		return command_options.interval;
	return program ? AS_LONG_AS_IT_RUNS : otherwise;
}

void command_parse(const struct argp *own, const char *name, enum command_arguments arguments,
		   const char *text, int argc, char **argv)
{
	static const char *const usages[] = {
		[COMMAND_NOTHING] = "",
		[COMMAND_SECONDS] = "[SECONDS]\n-- PROGRAM...",
		[COMMAND_TABLES] = "[INTERVAL [COUNT]]\n[INTERVAL] -- PROGRAM...",
	};
	struct argp_option options[NR_COMMON];
	const struct argp shared = { .options = options, .parser = parse_common };
	const struct argp_child children[] = { { .argp = &shared }, {} };
	struct argp whole = { .args_doc = usages[arguments], .doc = text, .children = children };
	static char invocation[64];
	size_t i;
	int first;

	command_name = name;
	memcpy(options, common, sizeof(options));
	for (i = 0; i < NR_COMMON; i++)
		if (is_refused(options[i].key))
			options[i].flags |= OPTION_HIDDEN;
	if (own) {
		whole.options = own->options;
		whole.parser = own->parser;
	}
	snprintf(invocation, sizeof(invocation), "xswbounce%s%s", *name ? " " : "", name);
	argv[0] = invocation;
	for (first = 1; first < argc; first++)
		if (!strcmp(argv[first], "--"))
			break;
	if (first < argc) {
		program = &argv[first + 1];
		if (!*program)
			die("no command after --");
		argc = first;
	}
	argp_err_exit_status = STATUS_ERROR;
	argp_program_version = "xswbounce " XSWBOUNCE_VERSION;
	if (argp_parse(&whole, argc, argv, 0, &first, NULL))
		exit(STATUS_ERROR);
	parse_arguments(arguments, argc, argv, first);
	if (arguments != COMMAND_NOTHING) /* what reads a file knows the devices in it */
		check_device();
}

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* Only there to end a wait. */
static void woken(int signal)
{
	(void)signal;
}

static void run_program(void)
{
	execvp(*program, program);
	warn("can't run %s: %s", *program, strerror(errno));
	_exit(127);
}

static void catch_signals(void (*stops)(int), void (*wakes)(int))
{
	struct sigaction action = { .sa_handler = stops, .sa_flags = SA_RESTART };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	action.sa_handler = wakes;
	sigaction(SIGCHLD, &action, NULL);
}

/* A signal that comes before the program runs is the program's, too: not this tool's to catch. */
static void launch(void)
{
	sigset_t all, before, none;

	sigfillset(&all);
	sigemptyset(&none);
	sigprocmask(SIG_BLOCK, &all, &before);
	child = fork();
	if (child < 0)
		die("can't start %s: %s", *program, strerror(errno));
	if (!child) {
		catch_signals(SIG_DFL, SIG_DFL);
		sigprocmask(SIG_SETMASK, &none, NULL);
		run_program();
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void command_leave(const char *verdict, const char *words, const char *why, int status)
{
	if (command_options.json) {
		json_begin(command_name);
		json_text("verdict", verdict);
		json_text("why", why);
		json_end();
	} else {
		printf("%s: %s.\n", words, why);
	}
	say_flush();
	if (program)
		run_program();
	exit(status);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

void command_begin(void)
{
	sigset_t children;

	catch_signals(stop, woken);
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, NULL);
	own_cost_begin();
	begun = now();
	if (program)
		launch();
}

double command_elapsed(void)
{
	return now() - begun;
}

static void child_ended(void)
{
	int status;

	if (!child || waitpid(child, &status, WNOHANG) != child)
		return;
	child = 0;
	stopped = 1;
	command_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Until a moment on the monotonic clock, unless a signal or the waker comes. Keys end no wait. */
static void wait_until(double end)
{
	struct pollfd wakers[] = { { .fd = command_waker, .events = POLLIN },
				   { .fd = STDIN_FILENO, .events = POLLIN } };
	bool keys = command_keys;
	struct timespec t;
	sigset_t none;
	double left;

	sigemptyset(&none);
	while (!stopped && (left = end - now()) > 0) {
		left = fmin(left, own_cost_due());
		if (command_every) {
			command_every();
			left = fmin(left, EVERY);
		}
		t.tv_sec = left;
		t.tv_nsec = fmod(left, 1) * 1e9;
		if (ppoll(wakers, 1 + keys, &t, &none) > 0) {
			if (wakers[0].revents)
				break;
			keys = !(wakers[1].revents & ~POLLIN); /* the terminal is still there */
			if (keys)
				command_keys();
		}
		child_ended();
		own_cost_look();
	}
}

bool command_wait(double step, double end)
{
	if (stopped || command_elapsed() >= end)
		return false;
	wait_until(fmin(now() + step, begun + end));
	return true;
}

bool command_table(double period)
{
	static unsigned int tables;

	if (stopped || (command_options.count && tables == command_options.count))
		return false;
	wait_until(now() + period);
	tables++;
	return true;
}

bool command_over(void)
{
	return stopped;
}

void command_quit(void)
{
	stopped = 1;
}

static void wait_for_end(void)
{
	double end = now() + PATIENCE;

	for (;;) {
		child_ended();
		if (!child || now() >= end)
			break;
		usleep(20000);
	}
}

int command_end(void)
{
	if (child) {
		kill(child, SIGTERM);
		wait_for_end();
	}
	if (child) {
		kill(child, SIGKILL);
		wait_for_end();
	}
	if (child) {
		warn("%s (%d) was killed and has not ended in %d seconds: it is left behind",
		     *program, child, PATIENCE);
		return STATUS_ERROR;
	}
	return command_status;
}
