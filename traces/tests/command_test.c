// SPDX-License-Identifier: GPL-2.0-only
/* How long a command measures, how many tables it prints, and how it ends the program it runs. */
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

static struct host machine;

void host_look(struct host *h)
{
	*h = machine;
}

bool host_has_module(void)
{
	return false;
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

void refusal_ends_look(const char *instead)
{
	(void)instead;
}

void die(const char *format, ...)
{
	(void)format;
	exit(STATUS_ERROR);
}

static int warned;

void warn(const char *format, ...)
{
	(void)format;
	warned++;
}

void say_verbose(bool on)
{
	(void)on;
}

void say_flush(void)
{
}

/*
 * A clock of the test's own, on which every wait is too long, as on a busy machine: how busy this
 * one is does not matter. Without it the time is the machine's.
 */
#define TOO_LONG 15000000 /* nanoseconds */

static struct timespec made_up;

int __real_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
	if (!made_up.tv_sec)
		return __real_clock_gettime(clock, t);
	*t = made_up;
	return 0;
}

static int keys_pressed; /* on the terminal, soon one after the other */

int __real_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *t, const sigset_t *mask);
int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *t, const sigset_t *mask)
{
	long long ns;

	if (!made_up.tv_sec)
		return __real_ppoll(fds, n, t, mask);
	if (n > 1 && keys_pressed) {
		made_up.tv_nsec++;
		fds[0].revents = 0;
		fds[1].revents = POLLIN;
		keys_pressed--;
		return 1;
	}
	ns = made_up.tv_nsec + t->tv_nsec + TOO_LONG;
	made_up.tv_sec += t->tv_sec + ns / 1000000000;
	made_up.tv_nsec = ns % 1000000000;
	return 0;
}

/* How long it takes until the program runs. */
static useconds_t start_takes;

int __real_execvp(const char *file, char *const argv[]);
int __wrap_execvp(const char *file, char *const argv[])
{
	useconds_t left = start_takes;

	for (; left; left -= 10000)
		usleep(10000); /* in parts: a signal ends one */
	return __real_execvp(file, argv);
}

int __real_usleep(useconds_t us);
int __wrap_usleep(useconds_t us)
{
	if (!made_up.tv_sec)
		return __real_usleep(us);
	made_up.tv_nsec += us * 1000LL;
	made_up.tv_sec += made_up.tv_nsec / 1000000000;
	made_up.tv_nsec %= 1000000000;
	return 0;
}

/* What hangs in the kernel ends by no signal. */
static bool hangs;
static pid_t told;

int __real_kill(pid_t pid, int signal);
int __wrap_kill(pid_t pid, int signal)
{
	told = pid;
	return hangs ? 0 : __real_kill(pid, signal);
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

static int keys_taken;

static void take_key(void)
{
	keys_taken++;
}

/* Two tables of ten seconds each, while keys are pressed. */
static int tables_and_keys(void)
{
	double begin = now();

	command_keys = take_key;
	keys_pressed = 5;
	return tables() == 2 && now() - begin >= 20 && keys_taken == 5;
}

/* The seconds after which it was given up, if that was told and was its status. */
static int gives_up(void)
{
	double begin = now();
	bool good;

	command_begin();
	good = command_end() == STATUS_ERROR && warned == 1;
	__real_kill(told, SIGKILL);
	return good ? now() - begin : 0;
}

static int ends(void)
{
	command_begin();
	while (command_wait(INFINITY, command_period(INFINITY)))
		;
	return command_end();
}

/* The same once the program has made this file: its signals are as it wants them. */
static char ready[64];

static int ends_when_ready(void)
{
	command_begin();
	while (access(ready, F_OK))
		command_wait(0.02, INFINITY);
	return command_end();
}

/* The seconds that it takes to end what does not listen; negative: it was not by force. */
static double ends_by_force(void)
{
	double begin = now();
	char words[256];

	snprintf(words, sizeof(words), "trap '' TERM; >%s; while :; do sleep 0.1; done", ready);
	return run(ends_when_ready, COMMAND_SECONDS,
		   (char *[]){ "test", "--", "sh", "-c", words, NULL }) == 128 + SIGKILL
		       ? now() - begin
		       : -1;
}

#define LINE(...) ((char *[]){ "test", __VA_ARGS__, NULL })

static void test_time(void)
{
	made_up.tv_sec = 1000;
	ok(run(measures, COMMAND_SECONDS, LINE("1")) == 10,
	   "as many seconds as asked for, in however small steps");
	ok(run(measures, COMMAND_SECONDS, LINE("1", "5")) == STATUS_ERROR,
	   "a COUNT is refused where there are no tables");
	ok(run(tables, COMMAND_TABLES, LINE("0.1", "4")) == 4, "COUNT tables");
	ok(run(tables_and_keys, COMMAND_TABLES, LINE("10", "2")) == 1,
	   "a key counts no table and shortens no interval");
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
	hangs = true;
	ok(run(gives_up, COMMAND_SECONDS, LINE("--", "sleep", "5")) == 10,
	   "a program that does not even end when it is killed is left behind, which is told");
	hangs = false;
	made_up.tv_sec = 0;
}

static void test_ends(void)
{
	ok(run(ends, COMMAND_SECONDS, LINE("--", "sh", "-c", "exit 7")) == 7,
	   "the program's own status");
	ok(run(ends, COMMAND_SECONDS, LINE("0.5", "--", "sleep", "60")) == 128 + SIGTERM,
	   "143 if it was ended");
	start_takes = 1000000;
	ok(run(ends, COMMAND_SECONDS, LINE("0.1", "--", "sleep", "60")) == 128 + SIGTERM,
	   "so if it did not even run yet");
	start_takes = 0;
	ok(ends_by_force() >= 4, "137 if it would not end, after some seconds");
}

/* ---- a machine without a pool ---- */

static int looks(void)
{
	struct host h;

	command_look(&h);
	return 0;
}

static int looks_at_memory(void)
{
	struct host h;

	command_look_memory(&h);
	return 0;
}

/* What it says, which is kept until the next call, if it ends with this status */
static const char *says(int (*command)(void), int status)
{
	static char text[2048];
	int out = dup(1);
	size_t n = 0;
	FILE *f;

	fflush(stdout);
	f = freopen(ready, "w", stdout);
	if (f && run(command, COMMAND_SECONDS, LINE("1")) == status) {
		f = fopen(ready, "r");
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	fflush(stdout);
	dup2(out, 1);
	close(out);
	return text;
}

static void test_no_pool(void)
{
	const char *said;

	machine = (struct host){ .kind = HOST_PV, .no_pool = true, .pci = true, .dom0 = true };
	said = says(looks, 1);
	ok(strstr(said, "What must bounce fails: ") && !strstr(said, "wrong memory"),
	   "a dom0 without a pool translates addresses");
	machine.dom0 = false;
	said = says(looks, 1);
	ok(strstr(said, "DMA may go to wrong memory: ") && strstr(said, "dmesg | grep -i swiotlb"),
	   "whether a domU does the log tells");
	ok(!run(looks_at_memory, COMMAND_SECONDS, LINE("1")),
	   "memory can be looked at without one");
	machine.pci = false;
	ok(!run(looks_at_memory, COMMAND_SECONDS, LINE("1")), "before there is a device, too");
	ok(strstr(says(looks, 0), "Nothing to bounce"), "then nothing can bounce");
	machine.kind = HOST_HVM;
	ok(strstr(says(looks_at_memory, 0), "Nothing to bounce"),
	   "off PV that is all there is to say of memory");
	machine.no_pool = false;
	ok(run(looks_at_memory, COMMAND_SECONDS, LINE("1")) == STATUS_ERROR,
	   "where it is not scattered beneath its pages");
	machine = (struct host){};
}

int main(void)
{
	char folder[] = "/tmp/command_test.XXXXXX";

	if (!mkdtemp(folder))
		return 1;
	snprintf(ready, sizeof(ready), "%s/ready", folder);
	test_time();
	test_ends();
	test_no_pool();
	unlink(ready);
	rmdir(folder);
	return done_testing();
}
