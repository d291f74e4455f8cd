// SPDX-License-Identifier: GPL-2.0-only
/* The flight recorder without a kernel: what is worth a file, how many are kept, what it waits for.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/events.h"
#include "show/bounded.h"
#include "show/causes.h"
#include "show/incident_files.h"
#include "show/watch_policy.h"
#include "ok.h"

/* What causes.c calls of the others. */
bool events_device(u64 dev, struct xb_device *d)
{
	*d = (struct xb_device){ .name = "0000:03:00.0", .driver = "e1000" };
	return dev;
}

static u64 untold[XB_BACKENDS];
static unsigned long long module_failed;
static u64 module_load = 1;

u64 events_untold(enum xb_backend backend)
{
	return untold[backend];
}

unsigned long long host_module_failures(void)
{
	return module_failed;
}

struct events_module events_module(void)
{
	return (struct events_module){ .load = module_load, .attached = true };
}

const char *host_backend(const struct host *h)
{
	(void)h;
	return "swiotlb";
}

static struct policy p;
static struct cause c;

static void anew(void)
{
	p = (struct policy){ .occupancy = 90, .rest = 60 };
}

static void occupied(double per_cent, double now)
{
	policy_occupancy(&p, 0, "swiotlb-xen", per_cent, now);
}

static int files_at(double now)
{
	int n = 0;

	while (policy_next(&p, &c, now))
		n++;
	return n;
}

static void test_edges(void)
{
	double t;
	int n = 0;

	anew();
	for (t = 0; t < 600; t += 0.1) {
		occupied(91, t);
		n += files_at(t);
	}
	ok(n == 1, "ten minutes at 91 %: one file");
	occupied(89.9, 600);
	occupied(90.1, 601);
	ok(files_at(601) == 0, "around the limit: none");
	occupied(84, 602);
	occupied(95, 3600);
	ok(files_at(3600) == 1, "well below, and up again: another");
	policy_happened(&p, CAUSE_FAILURE, "a", "failed", 3601);
	ok(files_at(3601) == 1 && c.kind == CAUSE_FAILURE, "a failure after that: its own");
}

static void test_queue(void)
{
	anew();
	occupied(95, 1);
	policy_happened(&p, CAUSE_EXCHANGE, "exchange", "refused", 1);
	policy_happened(&p, CAUSE_FAILURE, "a", "failed", 1);
	policy_happened(&p, CAUSE_FAILURE, "b", "failed", 1);
	policy_happened(&p, CAUSE_FAILURE, "a", "failed", 1);
	ok(policy_next(&p, &c, 2) && !strcmp(c.who, "a") && c.repeated == 1,
	   "what comes while a file is written is queued; alike ones are counted");
	policy_happened(&p, CAUSE_FAILURE, "c", "failed", 2);
	ok(policy_next(&p, &c, 3) && !strcmp(c.who, "b") && policy_next(&p, &c, 4) &&
		   !strcmp(c.who, "c"),
	   "failures come first");
	ok(files_at(5) == 2 && p.unwritten == 0, "and nothing is forgotten");
}

static void test_rests(void)
{
	double t, written[20] = { 0 };
	int n = 0;

	anew();
	for (t = 0; t < 86400; t += 1) { /* a day of failures, one a second */
		policy_happened(&p, CAUSE_FAILURE, "a", "failed", t);
		if (policy_next(&p, &c, t) && n < 20)
			written[n++] = t;
	}
	ok(written[1] - written[0] == 60 && written[2] - written[1] == 120,
	   "a cause that comes back rests twice as long");
	ok(n == 20 || (n > 5 && written[n - 1] - written[n - 2] <= 3600 + 1),
	   "up to an hour: a day of failures goes on to be told");
	ok(p.unwritten > 86000, "what got no file is counted");
	policy_happened(&p, CAUSE_FAILURE, "b", "failed", t);
	ok(files_at(t) == 1, "another device is another cause");
	anew();
	for (n = 0; n < 20; n++) {
		char who[8];

		snprintf(who, sizeof(who), "%d", n);
		policy_happened(&p, CAUSE_FAILURE, who, "failed", 1);
	}
	ok(p.queued == POLICY_QUEUE && p.unwritten == 20 - POLICY_QUEUE, "the queue has an end");
}

/* A storm of half a second that is read when the file on its first failure is written. */
static void test_late_reading(void)
{
	const struct host h = {};
	struct xb_failure f = { .m = { .kind = XB_FAILURE, .dev = 1, .size = 4096 } };
	struct xb_exchange x = { .m = { .kind = XB_EXCHANGE }, .rc = -12 };
	int i;

	anew();
	p.rest = 1;
	f.m.time = 100 * 1000000000ULL;
	causes_take(&p, &h, &f.m, sizeof(f));
	ok(files_at(100) == 1 && c.kind == CAUSE_FAILURE && strstr(c.text, "0000:03:00.0 (e1000)"),
	   "a failure: a file that says of which device");
	for (i = 1; i <= 5; i++) {
		f.m.time += 100000000;
		causes_take(&p, &h, &f.m, sizeof(f));
	}
	ok(files_at(108) == 0 && p.unwritten == 5,
	   "others of the same moment get none, however late they are read");
	f.m.time = 105 * 1000000000ULL;
	causes_take(&p, &h, &f.m, sizeof(f));
	ok(files_at(108) == 1, "one that came after the rest does");
	f.pool = (struct xb_pool){ .slots = 100, .used = 95 };
	causes_take(&p, &h, &f.m, sizeof(f));
	ok(files_at(109) == 1 && c.kind == CAUSE_OCCUPANCY,
	   "and so does the pool that it tells to be full");
	causes_take(&p, &h, &x.m, sizeof(x));
	ok(files_at(110) == 1 && c.kind == CAUSE_EXCHANGE, "and an exchange that failed");
	x.rc = 0;
	causes_take(&p, &h, &x.m, sizeof(x));
	ok(files_at(111) == 0, "but none that was done");
}

/* One device's failures, by their reasons and backends. */
static void test_reasons(void)
{
	const struct host h = {};
	struct xb_failure f = { .m = { .kind = XB_FAILURE, .dev = 1, .size = 1 << 20 } };
	double t;
	int n = 0;

	anew();
	for (t = 1000; t < 1100; t++) { /* what is too large is tried again and again */
		f.fail = XB_FAIL_TOO_LARGE;
		f.m.time = t * 1e9;
		causes_take(&p, &h, &f.m, sizeof(f));
		n += files_at(t);
	}
	ok(n == 2, "a mapping that is too large, every second: it rests");
	f.fail = XB_FAIL_FULL;
	f.m.size = 4096;
	causes_take(&p, &h, &f.m, sizeof(f));
	ok(files_at(t) == 1 && strstr(c.text, "4096 bytes") && strstr(c.text, "full"),
	   "that the pool is full gets its file meanwhile, of the same device");
	f.m.dev = XB_MODULE_DEVICE | 1;
	causes_take(&p, &h, &f.m, sizeof(f));
	ok(files_at(t) == 1, "and so does the same of the module's pool");
	causes_take(&p, &h, &f.m, sizeof(f));
	ok(files_at(t) == 0, "but not twice");
}

static int files_of_counters(double now)
{
	int looks, n = 0;

	for (looks = 0; looks < 20; looks++) {
		causes_count(&p, now);
		n += files_at(now);
	}
	return n;
}

/* What only the module's counters have, while stock's failures storm. */
static void test_counters(void)
{
	const struct host h = {};
	struct xb_failure f = { .m = { .kind = XB_FAILURE, .dev = XB_MODULE_DEVICE | 2 } };

	anew();
	p.rest = 1;
	module_failed = 100;
	ok(files_of_counters(1000) == 0, "what failed before the watch is no cause");
	causes_take(&p, &h, &f.m, sizeof(f));
	files_at(1010);
	module_failed++;
	ok(files_of_counters(1020) == 0, "nor what an event has told");
	module_failed += 50;
	untold[XB_MODULE] += 50;
	ok(files_of_counters(1030) == 0, "nor what came too fast to be told");
	untold[XB_STOCK] += 1000000;
	module_failed += 3;
	ok(files_of_counters(1040) == 1 && strstr(c.text, "3 mappings of xen_swiotlb failed"),
	   "what no event told gets a file, however stock's failures storm");
	ok(files_of_counters(1050) == 0, "once");
	module_failed = 2;
	module_load++;
	ok(files_of_counters(1060) == 1 && strstr(c.text, "2 mappings"),
	   "the module is loaded anew: what failed since");
	/* while a file is written nobody looks at the counters */
	module_load++;
	causes_follow();
	causes_take(&p, &h, &f.m, sizeof(f));
	files_at(1070);
	module_failed = 1;
	ok(files_of_counters(1080) == 0,
	   "loaded anew during a long file: its event is no second cause");
	module_load++;
	causes_follow();
	module_failed = 50;
	ok(files_of_counters(1090) == 1 && strstr(c.text, "50 mappings"),
	   "nor is one hidden where it has more failures than the one before");
}

static char folder[64];

static void touch(const char *name)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	if (f)
		fclose(f);
}

static bool there(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return !access(path, F_OK);
}

static void test_files(void)
{
	char name[64], path[256];
	int i;

	strcpy(folder, "/tmp/watch_test.XXXXXX");
	if (!mkdtemp(folder))
		exit(1);
	touch("incident-1-failure.txt");
	touch("other.txt");
	for (i = 2; i < 100; i++) {
		snprintf(name, sizeof(name), "incident-%02d-occupancy.txt", i);
		if (incident_files_make_room(folder, CAUSE_OCCUPANCY, 4))
			touch(name);
	}
	ok(there("incident-1-failure.txt") && there("incident-99-occupancy.txt") &&
		   !there("incident-02-occupancy.txt"),
	   "files: others than failures leave those their places, the oldest goes");
	for (i = 10; i < 20; i++) {
		snprintf(name, sizeof(name), "incident-%02d-failure.txt", i);
		if (incident_files_make_room(folder, CAUSE_FAILURE, 4))
			touch(name);
	}
	ok(there("incident-19-failure.txt") && there("incident-18-failure.txt") &&
		   !there("incident-1-failure.txt"),
	   "files: the latest failures are kept");
	ok(there("incident-99-occupancy.txt"), "files: and they leave others theirs");
	ok(there("other.txt"), "files: what is not ours is left alone");
	incident_files_name(folder, CAUSE_FAILURE, path, sizeof(path));
	touch(path + strlen(folder) + 1);
	snprintf(name, sizeof(name), "%s", path + strlen(folder) + 1);
	incident_files_name(folder, CAUSE_FAILURE, path, sizeof(path));
	ok(strcmp(path + strlen(folder) + 1, name), "files: two in one second have two names");
	snprintf(path, sizeof(path), "rm -r %s", folder);
	if (system(path))
		exit(1);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int calls;

static void count_call(void)
{
	calls++;
}

static void test_bounded(void)
{
	char *const good[] = { "echo", "hello", NULL };
	char *const slow[] = { "sh", "-c", "trap '' TERM; echo begun; sleep 100", NULL };
	char *const endless[] = { "yes", NULL };
	char *const none[] = { "/nonexistent", NULL };
	char *const bad[] = { "sh", "-c", "exit 3", NULL };
	double begin = seconds();
	char line[16] = "";
	FILE *f = tmpfile();

	ok(!bounded_command(f, good, 5, NULL), "a command: all of it");
	rewind(f);
	ok(fgets(line, sizeof(line), f) && !strcmp(line, "hello\n"), "a command: what it prints");
	ok(bounded_command(f, slow, 0.5, count_call) && seconds() - begin < 3,
	   "a command that hangs is not waited for");
	ok(calls >= 3, "and other things are done meanwhile");
	ok(bounded_command(f, endless, 20, NULL) && seconds() - begin < 15,
	   "nor one without an end");
	ok(ftell(f) < 1 << 20, "of which not all is kept");
	ok(bounded_command(f, none, 5, NULL) && bounded_command(f, bad, 5, NULL),
	   "a command that fails is told");
	fclose(f);
}

int main(void)
{
	test_edges();
	test_queue();
	test_rests();
	test_late_reading();
	test_reasons();
	test_counters();
	test_files();
	test_bounded();
	return done_testing();
}
