// SPDX-License-Identifier: GPL-2.0-only
/* What the subcommands' command lines have in common. */
#include <errno.h>
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
#include "host.h"
#include "json.h"
#include "own_cost.h"
#include "say.h"

struct command_options command_options;

static volatile sig_atomic_t stopped;
static const char *command_name;
static char **program; /* what follows --; NULL: nothing */
static pid_t child;
static int command_status;
static unsigned int tables;

bool command_keys;
int command_waker = -1;

static const struct argp_option common[] = {
	{ "device", 'd', "BDF", 0, "Only this device, e.g. 0000:00:04.0", 10 },
	{ "json", 'j', NULL, 0, "One JSON object a line", 10 },
	{ "timestamp", 'T', NULL, 0, "Print the time before each table", 10 },
	{ "verbose", 'v', NULL, 0, "Say which probes are used, and all that libbpf says", 10 },
	{}
};

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	(void)state;
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
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp command_argp = { .options = common, .parser = parse_common };

/* [INTERVAL [COUNT]] */
static void parse_interval(int argc, char **argv, int first)
{
	char *end;

	if (first < argc) {
		command_options.interval = strtod(argv[first], &end);
		if (*end || !(command_options.interval >= 0.1) || command_options.interval > 86400)
			die("INTERVAL must be seconds, 0.1 to 86400, not '%s'", argv[first]);
		first++;
	}
	if (first < argc) {
		command_options.count = strtoul(argv[first], &end, 10);
		if (*end || !command_options.count)
			die("COUNT must be a whole number from 1, not '%s'", argv[first]);
		first++;
	}
	if (first < argc)
		die("one argument too many: '%s' (a program to run comes after --)", argv[first]);
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
	return program ? 86400 : otherwise;
}

void command_parse(const struct argp *own, const char *name, const char *arguments,
		   const char *text, int argc, char **argv)
{
	const struct argp_child children[] = { { .argp = &command_argp }, {} };
	struct argp whole = { .args_doc = arguments, .doc = text, .children = children };
	static char invocation[64];
	int first;

	command_name = name;
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
	if (argp_parse(&whole, argc, argv, 0, &first, NULL))
		exit(STATUS_ERROR);
	parse_interval(argc, argv, first);
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

static void launch(void)
{
	sigset_t none;

	child = fork();
	if (child < 0)
		die("can't start %s: %s", *program, strerror(errno));
	if (child)
		return;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	run_program();
}

void command_nothing(const char *why)
{
	if (command_options.json) {
		json_begin(command_name);
		json_text("verdict", "nothing-to-bounce");
		json_text("why", why);
		json_end();
	} else {
		printf("Nothing to bounce: %s.\n", why);
	}
	fflush(stdout);
	if (program)
		run_program();
	exit(0);
}

void command_look(struct host *h)
{
	char why[128];

	host_look(h);
	if (h->kind == HOST_HVM || h->kind == HOST_PVH) {
		snprintf(why, sizeof(why),
			 "this is a Xen %s guest, whose physical addresses the IOMMU translates; "
			 "swiotlb-xen is not in use",
			 h->kind == HOST_HVM ? "HVM" : "PVH");
		command_nothing(why);
	}
	host_needs_root();
}

void command_begin(void)
{
	struct sigaction action = { .sa_handler = stop, .sa_flags = SA_RESTART };
	sigset_t children;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	action.sa_handler = woken;
	sigaction(SIGCHLD, &action, NULL);
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, NULL);
	own_cost_begin();
	if (program)
		launch();
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void child_ended(void)
{
	int status;

	if (waitpid(child, &status, WNOHANG) != child)
		return;
	child = 0;
	stopped = 1;
	command_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool command_wait(double seconds)
{
	struct pollfd wakers[] = { { .fd = command_waker, .events = POLLIN },
				   { .fd = STDIN_FILENO, .events = POLLIN } };
	double end = now() + seconds, left;
	struct timespec t;
	sigset_t none;

	if (stopped || (command_options.count && tables == command_options.count))
		return false;
	tables++;
	sigemptyset(&none);
	while (!stopped && (left = end - now()) > 0) {
		t.tv_sec = left;
		t.tv_nsec = fmod(left, 1) * 1e9;
		if (ppoll(wakers, 1 + command_keys, &t, &none) > 0)
			break;
		if (child)
			child_ended();
	}
	return true;
}

void command_quit(void)
{
	stopped = 1;
}

int command_end(void)
{
	if (child) {
		kill(child, SIGTERM);
		waitpid(child, NULL, 0);
	}
	return command_status;
}
