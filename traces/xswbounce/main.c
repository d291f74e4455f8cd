// SPDX-License-Identifier: GPL-2.0-only
/* xswbounce: is this host bouncing, which device, why, and does it matter? */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "say.h"
#include "version.h"

static const struct command commands[] = {
	{ "verdict", "say in plain words whether bouncing is a problem here", command_verdict },
	{ "top", "live table by device", command_top },
	{ "latency", "histograms of map, unmap and sync latency by device", command_latency,
	  "ftrace's function_graph on the map functions" },
	{ "stacks", "kernel stacks that bounce, and a flame graph of them", command_stacks,
	  "perf/record", "T" },
	{ "leaks", "stacks whose mappings keep growing", command_leaks,
	  "debugfs xen_swiotlb/mappings of the module, or watch debugfs swiotlb/io_tlb_used", "T" },
	{ "full", "every mapping that fails, and why", command_full,
	  "the kernel's log ('swiotlb buffer is full')" },
	{ "exchange", "every exchange of memory with Xen", command_exchange,
	  "a kprobe event on xen_create_contiguous_region", "d" },
	{ "record", "record the stream of maps and unmaps to a file", command_record, "perf/record",
	  "jT" },
	{ "report", "read a recording, or an incident file of watch", command_report, NULL, "Tv" },
	{ "watch", "flight recorder: write an incident file when the pool runs out", command_watch,
	  "'top -T 1 >FILE'", "djT" },
	{ "occupancy", "the most that is in use in each interval, for days", command_occupancy,
	  "debugfs swiotlb/io_tlb_used_hiwater" },
	{ "doctor", "is this domain's memory scattered, does it cost bounces, what to do",
	  command_doctor,
	  "read /sys/devices/platform/xen_swiotlb_defrag/contiguity, which tells how memory lies",
	  "d" },
	{ "sizes", "histograms of the sizes that bounce, by device", command_sizes,
	  "tracefs/bounces --sizes" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(void)
{
	size_t i;

	puts("Usage: xswbounce [COMMAND] [OPTIONS] [ARGUMENTS]\n"
	     "Traces DMA bounce buffering (swiotlb) on a running kernel; reads only.\n");
	for (i = 0; i < NR_COMMANDS; i++)
		printf("  %-9s %s\n", commands[i].name, commands[i].summary);
	puts("\nWithout a command: verdict. 'xswbounce COMMAND --help' tells a command's options.\n"
	     "Commands take -d BDF, --json, -T and -v, but for those that they have no use for; all "
	     "take\n-h and --version.\n\n"
	     "Examples:\n"
	     "  xswbounce                       a verdict after five seconds\n"
	     "  xswbounce top 2                 a table every two seconds\n"
	     "  xswbounce latency -d 0000:00:04.0 10 1\n"
	     "\nExit status: 0; 1 if leaks found a leak, doctor that buffers bounce because memory is\n"
	     "scattered, report that a file is cut off or damaged, or any that a PV domain with a\n"
	     "PCI device has no pool; 2 for an error; of a program that was run, its own.");
}

static size_t find_command(const char *name)
{
	size_t i;

	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(name, commands[i].name))
			break;
	return i;
}

/* Without a command, verdict: none may stand behind its options. */
static void check_no_command(char **argv)
{
	for (; *argv && strcmp(*argv, "--"); argv++)
		if (find_command(*argv) < NR_COMMANDS)
			die("the command comes first: xswbounce %s [OPTIONS]", *argv);
}

static const struct command *command_of(const char *name)
{
	size_t i = find_command(name);

	if (i == NR_COMMANDS)
		die("unknown command '%s': see xswbounce --help", name);
	command_instead = commands[i].instead;
	command_without = commands[i].without ?: "";
	return &commands[i];
}

/* "help", or "help COMMAND" */
static int help(int argc, char **argv)
{
	if (argc > 2)
		die("one argument too many: '%s'", argv[2]);
	if (argc > 1)
		return command_of(argv[1])->run(2, (char *[]){ argv[1], "--help", NULL });
	usage();
	return 0;
}

/* However the tool ends: what it printed is worth nothing if it could not be written. */
static void close_output(void)
{
	if (ferror(stdout) | fclose(stdout)) {
		warn("can't write the output: %s",
		     errno ? strerror(errno) : "some of it is missing");
		_exit(STATUS_ERROR);
	}
}

int main(int argc, char **argv)
{
	atexit(close_output);

	if (argc > 1 && !strcmp(argv[1], "help"))
		return help(argc - 1, argv + 1);
	if (argc > 1 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "-?"))) {
		usage();
		return 0;
	}
	if (argc > 1 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))) {
		puts("xswbounce " XSWBOUNCE_VERSION);
		return 0;
	}
	say_verbose(false);
	if (argc < 2 || argv[1][0] == '-' || isdigit((unsigned char)argv[1][0])) {
		check_no_command(argv + 1);
		return command_verdict(argc, argv);
	}
	return command_of(argv[1])->run(argc - 1, argv + 1);
}
