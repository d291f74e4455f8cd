// SPDX-License-Identifier: GPL-2.0-only
/* xswbounce occupancy: the most that is in use in each interval, for days. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "engine/occupancy.h"
#include "engine/own_cost.h"
#include "say.h"
#include "show/json.h"
#include "show/screen.h"

#define INTERVAL 60 /* seconds */
#define BAR      40

static struct host host;
static struct occupancy now;

static const char text[] =
	"How full the pools become: each INTERVAL (60 s) the most slots in use at once, exact, and the "
	"most that each device held. At the end, or after COUNT intervals, a histogram by device: how "
	"full the pool was at its maps. That of a device that is gone comes sooner where many are.\v"
	"For days: 590 instructions for a map and its unmap that bounce, none for others (400 and none on "
	"the module; 1600 for all where its abi is below 3), and nothing is written but a line an "
	"interval. 'tune --occupancy FILE' reads "
	"what --json wrote, and says which size will be exceeded once a day, and once a month.\n\n"
	"Examples:\n"
	"  xswbounce occupancy --json >week.json\n"
	"  xswbounce occupancy 1 -- fio job.fio";

static bool wanted(const struct occupancy_row *row)
{
	return !command_options.device || !strcmp(command_options.device, row->device.name);
}

static void json_histogram(const struct occupancy_row *row)
{
	u64 step = occupancy_step(row->pool);
	int i;

	json_array("histogram_slots");
	for (i = 0; i < XB_OCCUPANCY_STEPS; i++) {
		if (!row->steps[i])
			continue;
		json_array(NULL);
		json_count(NULL, i * step);
		json_count(NULL, row->steps[i]);
		json_array_end();
	}
	json_array_end();
}

static void json_pool(const struct pool *pool, u64 used, u32 areas)
{
	json_object(NULL);
	json_text("backend", pool->backend);
	json_count("slots", pool->size >> XB_SLOT_SHIFT);
	json_count("most_used", used);
	if (areas)
		json_count("areas", areas);
	json_object_end();
}

static void show_json(double seconds, bool last)
{
	struct pool pools[HOST_POOLS] = {};
	int i, n = host_pools(&host, pools);

	json_begin("occupancy");
	json_number("seconds", seconds);
	json_text("kernel", host.release);
	json_count("cpus", host.cpus);
	json_array("pools");
	for (i = 0; i < n; i++)
		if (pools[i].size)
			json_pool(&pools[i], now.used[i], i ? 0 : occupancy_areas());
	json_array_end();
	json_array("devices");
	for (i = 0; i < now.n; i++) {
		if (!wanted(&now.rows[i]))
			continue;
		json_object(NULL);
		json_text("device", now.rows[i].device.name);
		json_text("driver", now.rows[i].device.driver);
		json_text("backend", now.rows[i].pool ? "xen_swiotlb" : host_backend(&host));
		json_count("maps", now.rows[i].maps);
		json_count("failed", now.rows[i].fails);
		json_count("most_held", now.rows[i].held);
		json_count("most_used", now.rows[i].used);
		if (last || now.rows[i].gone)
			json_histogram(&now.rows[i]);
		json_object_end();
	}
	json_array_end();
	json_count("lost", now.lost);
	json_end();
}

static void print_histogram(const struct occupancy_row *row)
{
	u64 step = occupancy_step(row->pool), most = 0;
	char bar[BAR + 1];
	int i, n;

	screen_line("%s (%s): slots of the pool in use at its maps", row->device.name,
		    row->device.driver);
	for (i = 0; i < XB_OCCUPANCY_STEPS; i++)
		most = row->steps[i] > most ? row->steps[i] : most;
	for (i = 0; i < XB_OCCUPANCY_STEPS; i++) {
		if (!row->steps[i])
			continue;
		n = row->steps[i] * BAR / most;
		memset(bar, '*', n);
		bar[n] = '\0';
		screen_line("  %8llu .. %-8llu %10llu |%-*s|", i * step, (i + 1) * step - 1,
			    row->steps[i], BAR, bar);
	}
}

static void show_text(bool last)
{
	struct pool pools[HOST_POOLS] = {};
	int i, n = host_pools(&host, pools);

	screen_begin(command_options.timestamp);
	for (i = 0; i < n; i++)
		if (pools[i].size)
			screen_line("%s: at most %llu of %llu slots in use", pools[i].backend,
				    now.used[i], pools[i].size >> XB_SLOT_SHIFT);
	for (i = 0; i < now.n; i++)
		if (wanted(&now.rows[i]))
			screen_line("  %s %s: held %llu at most; %llu maps, %llu failed",
				    now.rows[i].device.name, now.rows[i].device.driver,
				    now.rows[i].held, now.rows[i].maps, now.rows[i].fails);
	for (i = 0; i < now.n; i++)
		if ((last || now.rows[i].gone) && wanted(&now.rows[i]) && now.rows[i].maps)
			print_histogram(&now.rows[i]);
	screen_end();
}

static void show(double seconds, bool last)
{
	if (command_options.json)
		show_json(seconds, last);
	else
		show_text(last);
	say_flush();
}

int command_occupancy(int argc, char **argv)
{
	unsigned int shown = 0;
	double before = 0, at;

	command_parse(NULL, "occupancy", COMMAND_TABLES, text, argc, argv);
	command_look(&host);
	occupancy_start(&host);
	command_every = occupancy_follow;
	command_begin();
	while (command_table(command_options.interval ?: INTERVAL)) {
		occupancy_interval(&now);
		at = command_elapsed();
		shown++;
		show(at - before, command_over() || shown == command_options.count);
		before = at;
	}
	if (now.lost)
		warn("%llu maps were not counted", now.lost);
	own_cost_print();
	occupancy_stop();
	return command_end();
}
