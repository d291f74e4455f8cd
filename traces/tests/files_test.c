// SPDX-License-Identifier: GPL-2.0-only
/* Files that xswbounce writes as root: links planted where it writes, modes, a disk that is full.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "show/incident.h"
#include "show/output.h"
#include "show/prometheus.h"
#include "show/recording.h"
#include "ok.h"
#include "say_counted.h"

static char folder[64], path[128], victim[128];

/* What these files call of the others. */
bool flow_only_bounces(void)
{
	return false;
}

bool flow_counts_maps(void)
{
	return true;
}

int host_pools(const struct host *h, struct pool pools[HOST_POOLS])
{
	(void)h;
	(void)pools;
	return 0;
}

void host_xen_version(char *version, size_t size)
{
	snprintf(version, size, "4.20");
}

static struct host host;
static struct flow_state totals;

static const char *in_folder(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void plant(const char *name)
{
	FILE *f = fopen(victim, "w");

	fputs("precious\n", f);
	fclose(f);
	if (symlink(victim, in_folder(name)))
		exit(1);
}

static bool victim_lives(void)
{
	char line[16] = "";
	FILE *f = fopen(victim, "r");

	if (f && fgets(line, sizeof(line), f))
		fclose(f);
	return !strcmp(line, "precious\n");
}

static unsigned int mode_of(const char *name)
{
	struct stat st;

	return lstat(in_folder(name), &st) ? 0 : st.st_mode;
}

/* Files there, the hidden ones too, but for those planted. */
static int files(void)
{
	char command[256];
	int n = -1;
	FILE *p;

	snprintf(command, sizeof(command), "find %s -type f ! -name victim | wc -l", folder);
	p = popen(command, "r");
	if (!p || fscanf(p, "%d", &n) != 1)
		exit(1);
	pclose(p);
	return n;
}

static void clean(void)
{
	char command[128];

	snprintf(command, sizeof(command), "find %s -mindepth 1 -delete", folder);
	if (system(command))
		exit(1);
	warnings = 0;
}

/* No file may grow beyond this: what a full disk does to a writer. */
static void disk_holds(rlim_t bytes)
{
	struct rlimit limit = { bytes, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* What is planted where others may write: with and without one who reads what comes. */
static void test_pipe(struct recording_writer *w, const struct recording_head *head)
{
	int fd;

	if (mkfifo(in_folder("r"), 0666))
		exit(1);
	ok(recording_create(w, in_folder("r"), head), "recording: a pipe nobody reads is refused");
	fd = open(in_folder("r"), O_RDONLY | O_NONBLOCK);
	ok(recording_create(w, in_folder("r"), head), "recording: so is one that somebody reads");
	ok(read(fd, path, 1) == 0, "and nothing comes out of it");
	close(fd);
	clean();
}

static void test_metrics(void)
{
	char name[64];

	snprintf(name, sizeof(name), "x.prom.%d", getpid());
	plant(name);
	prometheus_write(in_folder("x.prom"), &host, &totals);
	ok(victim_lives(), "metrics: a link at the old temporary name is not followed");
	ok(mode_of("x.prom") == (S_IFREG | 0644), "metrics: the collector can read them");
	clean();
	plant("x.prom");
	prometheus_write(in_folder("x.prom"), &host, &totals);
	ok(victim_lives() && warnings == 1, "metrics: a link in their own place is refused");
	clean();
	prometheus_write(in_folder("x.prom"), &host, &totals); /* once refused is told once */
	clean();
	disk_holds(100);
	prometheus_write(in_folder("x.prom"), &host, &totals);
	disk_holds(RLIM_INFINITY);
	ok(files() == 0 && warnings == 1, "metrics: nothing is left on a full disk");
	clean();
}

static void write_incident(struct incident *i)
{
	incident_section(i, "cause");
	fprintf(i->f, "%1000s\n", "something");
}

static void test_incident(void)
{
	struct incident i;
	char name[600];

	ok(incident_create(&i, in_folder("incident-1-1-failure.txt")), "incident: a file is begun");
	write_incident(&i);
	ok(incident_close(&i) && files() == 1, "incident: and takes its name");
	snprintf(name, sizeof(name), "%s", strrchr(i.path, '/') + 1);
	ok(mode_of(name) == (S_IFREG | 0600),
	   "incident: for root alone, for it has the kernel's log");
	clean();
	disk_holds(100);
	if (incident_create(&i, in_folder("incident-1-1-failure.txt"))) {
		write_incident(&i);
		ok(!incident_close(&i) && warnings == 1, "incident: a full disk is told");
	}
	disk_holds(RLIM_INFINITY);
	ok(files() == 0, "incident: and no part of a file is left");
	clean();
}

/* What incident_print() has put out. */
static const char *printed(const char *name, int *status)
{
	static char text[1024];
	FILE *f = tmpfile();
	int before = dup(STDOUT_FILENO);
	size_t n;

	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	*status = incident_print(in_folder(name));
	fflush(stdout);
	dup2(before, STDOUT_FILENO);
	close(before);
	rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

/* A file from anywhere that would move the cursor of whoever reads it. */
static void test_hostile_incident(void)
{
	const char *text, *c;
	struct incident i;
	int status;

	incident_create(&i, in_folder("incident-1-1-failure.txt"));
	incident_section(&i, "cause");
	for (status = 1; status < 256; status++)
		if (status != '\n')
			fputc(status, i.f);
	fputs("\nUTF-8: \xc2\x9b"
	      "31m \xc2\x85 \xe2\x80\xae\ttab\n",
	      i.f);
	incident_close(&i);
	text = printed("incident-1-1-failure.txt", &status);
	for (c = text; *c; c++)
		if ((*c < 0x20 || *c > 0x7e) && *c != '\n' && *c != '\t')
			break;
	ok(!*c && strstr(text, "ABC") && strstr(text, "31m") && strstr(text, "\ttab\n"),
	   "incident: one that is hostile moves no cursor where it is printed");
	ok(!status, "incident: and is whole all the same");
	clean();
}

static void test_recording(void)
{
	struct recording_head head = { .magic = RECORDING_MAGIC };
	struct recording_writer w;

	ok(!recording_create(&w, in_folder("r"), &head) && !recording_close(&w, 1),
	   "recording: written");
	ok(mode_of("r") == (S_IFREG | 0600), "recording: for its owner alone");
	clean();
	plant("r");
	ok(recording_create(&w, in_folder("r"), &head) && victim_lives(),
	   "recording: a link is refused");
	clean();
	plant("unused");
	if (link(victim, in_folder("r")))
		exit(1);
	ok(recording_create(&w, in_folder("r"), &head) && victim_lives(),
	   "recording: so is a file with another name");
	clean();
	test_pipe(&w, &head);
	ok(!recording_create(&w, "/dev/null", &head) && !recording_close(&w, 1),
	   "recording: one that nobody wants to keep");
}

static void test_folder(void)
{
	char path[80];

	snprintf(path, sizeof(path), "%s/watch", folder);
	ok(!output_folder(path) && mode_of("watch") == (S_IFDIR | 0700), "folder: made");
	chmod(path, 0777);
	ok(output_folder(path), "folder: others may write to it: refused");
	chmod(path, 0700);
	ok(output_folder(path) && strstr(output_folder(path), "another one that runs"),
	   "folder: another one keeps its files there: refused");
	clean();
	ok(mkdir(path, 0700) == 0 && !output_folder(path), "folder: one's own is taken");
	if (!geteuid()) {
		if (chown(path, 65534, 65534))
			exit(1);
		ok(output_folder(path), "folder: another user's: refused");
	}
	clean();
	if (symlink("/root", path))
		exit(1);
	ok(output_folder(path), "folder: a link: refused");
	clean();
}

int main(void)
{
	strcpy(folder, "/tmp/files_test.XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	snprintf(victim, sizeof(victim), "%s/victim", folder);
	test_metrics();
	test_incident();
	test_hostile_incident();
	test_recording();
	test_folder();
	rmdir(folder);
	return done_testing();
}
