// SPDX-License-Identifier: GPL-2.0-only
/* What others have to say, bounded in time and length. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "show/bounded.h"

#define STEP         0.1 /* seconds between two calls of what is done meanwhile */
#define MOST_BYTES   (256 << 10)
#define MOST_RECORDS 100000 /* of the kernel's log */
#define RECORD_BYTES 8192

static pid_t stuck; /* one that could not be killed: no second is started */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static pid_t start(char *const argv[], int out)
{
	pid_t pid = fork();
	sigset_t none;
	int null;

	if (pid)
		return pid;
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	null = open("/dev/null", O_RDWR);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execvp(argv[0], argv);
	_exit(127);
}

/* Until the other end is closed, or a limit is met. */
static const char *copy(FILE *to, int from, double end, void (*meanwhile)(void))
{
	struct pollfd p = { .fd = from, .events = POLLIN };
	char buffer[4096];
	size_t total = 0;
	double left;
	ssize_t n;

	while ((left = end - now()) > 0) {
		n = poll(&p, 1, left < STEP ? left * 1000 + 1 : STEP * 1000);
		if (meanwhile)
			meanwhile();
		if (!n || (n < 0 && errno == EINTR))
			continue;
		if (n < 0)
			break;
		n = read(from, buffer, sizeof(buffer));
		if (n <= 0)
			return NULL;
		total += n;
		if (total > MOST_BYTES)
			return "it printed too much";
		fwrite(buffer, 1, n, to);
	}
	return "it took too long";
}

const char *bounded_command(FILE *to, char *const argv[], double seconds, void (*meanwhile)(void))
{
	double end = now() + seconds;
	const char *wrong;
	int ends[2], status = 0;
	pid_t pid;

	if (stuck && waitpid(stuck, NULL, WNOHANG) == 0)
		return "an earlier one has not ended yet";
	stuck = 0;
	if (pipe2(ends, O_CLOEXEC))
		return strerror(errno);
	pid = start(argv, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return strerror(errno);
	}
	wrong = copy(to, ends[0], end, meanwhile);
	close(ends[0]);
	while (!wrong && waitpid(pid, &status, WNOHANG) == 0) {
		if (now() >= end)
			wrong = "it took too long";
		usleep(10000);
	}
	if (!wrong)
		return WIFEXITED(status) && !WEXITSTATUS(status) ? NULL : "it failed";
	kill(-pid, SIGKILL);
	usleep(10000);
	if (waitpid(pid, NULL, WNOHANG) == 0)
		stuck = pid;
	return wrong;
}

/* "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT\n KEY=VALUE\n": the text with its time. */
static void keep(char *line, size_t size, char *record)
{
	unsigned long long us = 0;
	char *text = strchr(record, ';'), *end;

	sscanf(record, "%*u,%*u,%llu", &us);
	text = text ? text + 1 : record;
	end = strchr(text, '\n');
	if (end)
		*end = '\0';
	snprintf(line, size, "[%5llu.%06llu] %.900s", us / 1000000, us % 1000000, text);
}

bool bounded_log(FILE *to, unsigned int lines)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[RECORD_BYTES], (*kept)[1024];
	unsigned int n = 0, records, i;
	ssize_t got;

	if (fd < 0)
		return false;
	kept = calloc(lines, sizeof(*kept));
	for (records = 0; kept && records < MOST_RECORDS; records++) {
		got = read(fd, record, sizeof(record) - 1);
		if (got < 0 && (errno == EPIPE || errno == EINTR))
			continue; /* overwritten meanwhile: the next is the oldest there is */
		if (got <= 0)
			break;
		record[got] = '\0';
		keep(kept[n++ % lines], sizeof(*kept), record);
	}
	for (i = n > lines ? n - lines : 0; i < n; i++)
		fprintf(to, "%s\n", kept[i % lines]);
	free(kept);
	close(fd);
	return n > 0;
}
