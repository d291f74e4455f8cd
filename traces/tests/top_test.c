// SPDX-License-Identifier: GPL-2.0-only
/* The table of top, from counters that are made up, and what a pause of the screen does not stop.
 */
#include <stdarg.h>
#include <string.h>

#include "commands/top.c"
#include "command_quiet.h"
#include "ok.h"

#define POINTER (1ULL << 63)

/* What top.c calls of the others. */
const char *command_instead;
void (*command_keys)(void);

static int tables; /* that are still to come */

void command_quit(void)
{
	tables = 0;
}

static const char *keys = ""; /* that are pressed in the midst of the next interval */

bool command_table(double period)
{
	(void)period;
	if (*keys)
		command_keys();
	return tables-- > 0;
}

int host_pools(const struct host *h, struct pool pools[HOST_POOLS])
{
	(void)h;
	memset(pools, 0, sizeof(*pools));
	return 1;
}

static bool blind;
static struct flow_state counted; /* as the programs have it */

bool flow_only_bounces(void)
{
	return blind;
}

bool flow_counts_maps(void)
{
	return !blind;
}

void flow_start(const struct host *h, const struct flow_options *wanted)
{
	(void)h;
	(void)wanted;
}

void flow_follow(void)
{
}

void flow_read(struct flow_state *state)
{
	*state = counted;
}

void flow_stop(void)
{
}

static int written; /* files for Prometheus */

void prometheus_write(const char *path, const struct host *h, const struct flow_state *state)
{
	(void)path;
	(void)h;
	(void)state;
	written++;
}

void prometheus_look(const struct host *h)
{
	(void)h;
}

static char shown[8192];
static bool paused;

static void add_shown(const char *format, va_list args)
{
	size_t n = strlen(shown);

	vsnprintf(shown + n, sizeof(shown) - n, format, args);
}

void screen_line(const char *format, ...)
{
	va_list args;

	strcat(shown, "\n");
	va_start(args, format);
	add_shown(format, args);
	va_end(args);
}

void screen_add(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_shown(format, args);
	va_end(args);
}

void screen_begin(bool timestamp)
{
	(void)timestamp;
	shown[0] = '\0';
}

void screen_end(void)
{
}

bool screen_open(void)
{
	return true;
}

void screen_close(void)
{
}

char screen_key(void)
{
	return *keys ? *keys++ : 0;
}

bool screen_paused(void)
{
	return paused;
}

static struct flow_row *add(u64 key, const char *name)
{
	struct flow_row *row = &counted.rows[counted.nr_rows++];

	memset(row, 0, sizeof(*row));
	row->key = key;
	strcpy(row->device.name, name);
	strcpy(row->device.driver, "e1000");
	row->device.mask = 0xffffffff;
	row->backend = device_is_module(key) ? "xen_swiotlb" : "swiotlb-xen";
	return row;
}

static void anew(void)
{
	counted.nr_rows = 0;
	counted.time = 100;
	before = counted;
	counted.time = 101;
}

/* The last column of a device's line; NULL: it has none. */
static const char *fails_of(const char *name)
{
	static char line[256];
	const char *at = strstr(shown, name);

	if (!at)
		return NULL;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	return strrchr(line, ' ') + 1;
}

static bool fails_are(const char *name, const char *wanted)
{
	const char *told = fails_of(name);

	return told && !strcmp(told, wanted);
}

/* A map that fails fires no event of the module's maps, and copies nothing. */
static void test_failures(void)
{
	anew();
	add(XB_MODULE_DEVICE | 3, "0000:03:00.0")->stat.fails[XB_FAIL_FULL] = 7;
	add(POINTER | 1, "0000:04:00.0")->stat.fails[XB_FAIL_FRAGMENTED] = 5;
	add(POINTER | 2, "0000:05:00.0");
	look();
	show();
	ok(fails_are("0000:03:00.0", "7"), "a device of the module whose maps all fail is shown");
	ok(fails_are("0000:04:00.0", "5"), "one of stock's, when no map is counted, too");
	ok(!fails_of("0000:05:00.0"), "one that does nothing is not");
	look();
	show();
	ok(!fails_of("0000:03:00.0"), "nor one that failed in an earlier interval alone");
}

static void test_blind(void)
{
	struct flow_row *row;

	anew();
	blind = true;
	add(POINTER | 1, "0000:04:00.0")->stat.fails[XB_FAIL_TOO_LARGE] = 9;
	row = add(POINTER | 2, "0000:05:00.0");
	row->stat.bounces[XB_MASK] = 3;
	row->stat.copied_bytes = 4096;
	look();
	show();
	blind = false;
	ok(fails_are("0000:04:00.0", "9"), "by tracefs: what is too large is told as failed");
	ok(fails_are("0000:05:00.0", "-"), "by tracefs: of other failures nothing is known");
}

/* A row as JSON, without its braces. */
static const char *json_of(const struct flow_row *row)
{
	static char text[2048];
	FILE *out = stdout;

	memset(text, 0, sizeof(text));
	stdout = fmemopen(text, sizeof(text), "w");
	json_flow_row(&now, row);
	fclose(stdout);
	stdout = out;
	return text;
}

/* By tracefs the module's maps are not counted, its failures are. */
static void test_blind_module(void)
{
	struct flow_row *row;
	const char *json;

	anew();
	blind = true;
	row = add(XB_MODULE_DEVICE | 3, "0000:03:00.0");
	row->stat.bounces[XB_MASK] = 3;
	row->stat.copied_bytes = 4096;
	row->stat.fails[XB_FAIL_FULL] = 7;
	row = add(XB_MODULE_DEVICE | 4, "0000:04:00.0");
	row->stat.copied_bytes = 2048;
	look();
	show();
	ok(fails_are("0000:03:00.0", "7") && fails_are("0000:04:00.0", "0"),
	   "by tracefs: the module's failures are counted, be they none");
	json = json_of(&now.rows[0]);
	blind = false;
	ok(strstr(json, "\"maps\":null") && strstr(json, "\"maps_counted\":null") &&
		   strstr(json, "\"maps_counted_seconds\":null"),
	   "by tracefs: its maps are not, for no second");
	ok(strstr(json, "\"fails\":{\"full\":7,\"fragmented\":0,"),
	   "by tracefs: its failures are told as JSON, too");
}

/* More devices than there is room for come and go. */
static void test_many(void)
{
	struct flow_row *row;
	char name[16];
	int i;

	for (i = 0; i < 3 * XB_MAX_DEVICES; i++) {
		anew();
		snprintf(name, sizeof(name), "device-%d", i);
		row = add(POINTER | (1000 + i), name);
		row->stat.maps = 100;
		row->stat.bounces[XB_MASK] = 8;
		row->stat.unmaps = 3;
		row->stat.copied_bytes = 4096;
		counted.counted = before.counted + 1;
		look();
		show();
	}
	ok(strstr(shown, "       100 ") && strstr(shown, " 5      0"),
	   "after three times as many devices as have room the newest is followed, too");
}

static void test_pause(void)
{
	anew();
	add(POINTER | 1, "0000:04:00.0")->stat.maps = 1;
	prometheus = "file";
	command_options.json = false;
	shown[0] = '\0';
	written = 0;
	paused = true;
	tables = 3;
	command_top(0, NULL);
	ok(!*shown, "while the screen is paused nothing is shown");
	ok(written == 3, "but the file is written");
	paused = false;
	tables = 1;
	command_top(0, NULL);
	ok(written == 4 && *shown, "and once an interval when it is not");
}

static bool is_before(const char *first, const char *second)
{
	const char *a = strstr(shown, first), *b = strstr(shown, second);

	return a && b && a < b;
}

/* Two devices: one copies more, the other maps more. */
static void test_keys(void)
{
	struct flow_row *row;

	anew();
	prometheus = NULL;
	row = add(POINTER | 11, "0000:11:00.0");
	row->stat.copied_bytes = 8192;
	row->stat.maps = 1;
	row = add(POINTER | 12, "0000:12:00.0");
	row->stat.copied_bytes = 4096;
	row->stat.maps = 9;
	counted.counted = before.counted + 1;
	look();
	show();
	ok(is_before("0000:11", "0000:12"), "by bytes copied");
	counted.rows[0].stat.copied_bytes += 1000000;
	counted.time += 0.5;
	command_keys = take_keys;
	keys = "m";
	command_table(1);
	ok(is_before("0000:12", "0000:11") && !strstr(shown, " 1.00 "),
	   "a key sorts the table that is shown, in the midst of an interval");
	counted.time += 0.5;
	look();
	show();
	ok(strstr(shown, " 1.00 "), "and the interval is the whole one");
	keys = "b";
	command_table(1);
	tables = 5;
	keys = "q";
	command_table(1);
	ok(tables < 0, "q ends it");
}

/* Of mappings that were made before the start only the end is seen. */
static void test_in_flight(void)
{
	struct flow_row *row;
	u64 now_live[5];

	anew();
	row = add(POINTER | 21, "0000:21:00.0");
	row->stat.unmaps = 5;
	look();
	now_live[0] = in_flight(row);
	row->stat.bounces[XB_MASK] = 3;
	look();
	now_live[1] = in_flight(row);
	row->stat.unmaps += 10;
	look();
	now_live[2] = in_flight(row);
	row->stat.bounces[XB_STRADDLE] = 20;
	look();
	now_live[3] = in_flight(row);
	row->stat.unmaps += 4;
	look();
	now_live[4] = in_flight(row);
	ok(!now_live[0] && !now_live[2], "more undone than made: none is live for certain");
	ok(now_live[1] == 3 && now_live[3] == 20, "what is made since the balance was lowest is");
	ok(now_live[4] == 16, "as long as it is not undone");
}

static void test_lost(void)
{
	anew();
	counted.losses.devices = 7;
	look();
	show();
	counted.losses.devices = 0;
	ok(strstr(shown, "lost: 7 calls of more than 256 devices,"),
	   "what is lost is calls, not devices");
}

/* A device that comes again has its name and another key: so its guests have rows of their own. */
static void test_guests(void)
{
	static struct flow_state since, before;
	static const struct flow_guest past = {
		.dev = POINTER | 1, .domain = 3, .device = "0000:03:00.0", .count = { 100, 4096 }
	};

	before.guests[before.nr_guests++] = past;
	since.guests[0] = since.guests[1] = past;
	since.guests[0].count.bounces += 5;
	since.guests[1].dev = POINTER | 2;
	since.guests[1].count = (struct xb_guest){ 7, 28672 };
	since.nr_guests = 2;
	flow_since(&since, &before);
	ok(since.guests[0].count.bounces == 5 && since.guests[0].count.bytes == 0,
	   "a guest's bounces since, of a device");
	ok(since.guests[1].count.bounces == 7 && since.guests[1].count.bytes == 28672,
	   "those of the device that came again are all new");
}

/* Of the module's a device keeps its key; where its place was freed meanwhile it counts anew. */
static void test_anew(void)
{
	static struct flow_state since, before;
	struct flow_row *row = &since.rows[0];

	before.nr_rows = since.nr_rows = 1;
	before.rows[0].key = row->key = XB_MODULE_DEVICE | 8;
	before.rows[0].stat = (struct xb_stat){ .mask = 1000, .maps = 50, .unmaps = 10 };
	row->stat = (struct xb_stat){ .mask = 9, .maps = 60, .unmaps = 11 };
	flow_since(&since, &before);
	ok(row->stat.maps == 10 && row->stat.unmaps == 1, "a device's counts since");
	row->stat = (struct xb_stat){ .mask = 1000, .maps = 60, .unmaps = 4 };
	flow_since(&since, &before);
	ok(row->stat.maps == 60 && row->stat.unmaps == 4, "all of them, if it counts anew");
}

/* So its guests, whether they have passed what they had before or not. */
static void test_guests_anew(void)
{
	static struct flow_state since, before;
	const struct flow_guest guest = { .dev = XB_MODULE_DEVICE | 8, .domain = 3 };

	before.nr_guests = since.nr_guests = 2;
	before.nr_rows = since.nr_rows = 1;
	before.rows[0].key = since.rows[0].key = guest.dev;
	before.rows[0].stat = (struct xb_stat){ .maps = 50 };
	since.rows[0].stat = (struct xb_stat){ .maps = 40 };
	before.guests[0] = before.guests[1] = since.guests[0] = since.guests[1] = guest;
	before.guests[1].domain = since.guests[1].domain = 4;
	before.guests[0].count = (struct xb_guest){ 30, 30 << 12 };
	since.guests[0].count = (struct xb_guest){ 5, 5 << 12 };
	before.guests[1].count = (struct xb_guest){ 10, 10 << 12 };
	since.guests[1].count = (struct xb_guest){ 35, 35 << 12 };
	flow_since(&since, &before);
	ok(since.guests[0].count.bounces == 5 && since.guests[0].count.bytes == 5 << 12,
	   "a guest's counts are all new, if its device counts anew");
	ok(since.guests[1].count.bounces == 35 && since.guests[1].count.bytes == 35 << 12,
	   "though they be more than before");
}

/* What was undone of older mappings is forgotten with the counters. */
static void test_in_flight_anew(void)
{
	struct flow_row *row;

	anew();
	row = add(XB_MODULE_DEVICE | 9, "0000:09:00.0");
	row->stat.unmaps = 5;
	look();
	row->stat = (struct xb_stat){ .bounces = { [XB_MASK] = 4 }, .unmaps = 1 };
	look();
	ok(in_flight(row) == 3, "in flight is what a device that counts anew has mapped since");
}

int main(void)
{
	test_failures();
	test_blind();
	test_many();
	test_pause();
	test_keys();
	test_in_flight();
	test_lost();
	test_guests();
	test_anew();
	test_guests_anew();
	test_in_flight_anew();
	test_blind_module();
	return done_testing();
}
