/* SPDX-License-Identifier: GPL-2.0-only */
/* The subcommands, and what their command lines have in common. */
#ifndef XB_COMMAND_H
#define XB_COMMAND_H

#include <argp.h>
#include <stdbool.h>

struct command {
	const char *name;
	const char *summary; /* for the list in --help */
	int (*run)(int argc, char **argv);
	const char *instead; /* to use where the kernel has no BTF; NULL: it works there too */
	const char *without; /* letters of the common options that it refuses; NULL: none */
};

/* What a command takes beside its options. */
enum command_arguments {
	COMMAND_NOTHING,
	COMMAND_SECONDS, /* [SECONDS], or -- PROGRAM */
	COMMAND_TABLES,  /* [INTERVAL [COUNT]], or [INTERVAL] -- PROGRAM */
};

/* Options that subcommands have in common, but for those of command_without. */
struct command_options {
	const char *device;
	bool json;
	bool timestamp;
	double interval;    /* the first argument; 0: not given */
	unsigned int count; /* the second; 0: no end */
};

extern struct command_options command_options;
extern const char *command_instead; /* of the command that runs */
extern const char *command_without; /* so, too */

/**
 * command_parse() - parse a subcommand's line: its own options, the common ones, its arguments, and
 * a program to run after "--"; ends with one line if it is wrong
 * @own: NULL, or the subcommand's options and their parser
 * @name: as typed after xswbounce
 */
void command_parse(const struct argp *own, const char *name, enum command_arguments arguments,
		   const char *text, int argc, char **argv);

struct host;

/**
 * command_look() - find out what machine this is
 *
 * Where no pool exists it says so, and in the place of this tool the program runs, if there is one.
 * Ends with one line if this is not root, or if the command needs BPF programs and the kernel takes
 * none.
 */
void command_look(struct host *h);

/**
 * command_look_memory() - the same for what looks at a PV domain's memory, which it has without a
 * pool and without a device, too
 *
 * Ends with one line if this is no PV domain.
 */
void command_look_memory(struct host *h);

/**
 * command_leave() - say a verdict, and in words why, with the last line or object of this tool; in
 * its place the program runs, if there is one
 */
void command_leave(const char *verdict, const char *words, const char *why, int status);

/**
 * command_period() - seconds between two tables: as asked for, or as long as the program runs
 */
double command_period(double otherwise);

/**
 * command_begin() - the probes are attached: catch signals, start the program if there is one
 */
void command_begin(void);

/**
 * command_elapsed() - seconds since command_begin()
 */
double command_elapsed(void);

/**
 * command_wait() - until @end, in seconds since command_begin(), but no longer than @step; less if
 * a signal comes or the program has ended. Return: false if @end has passed, or if nothing more is
 * wanted.
 */
bool command_wait(double step, double end);

/**
 * command_table() - wait until the next table is due
 * Return: false if no further one is wanted.
 */
bool command_table(double period);

bool command_over(void); /* a signal has come, or the program has ended */

extern void (*command_keys)(void);  /* reads the terminal's keys when there are some; NULL: none */
extern int command_waker;           /* when this file can be read a wait ends; -1: none */
extern void (*command_every)(void); /* called some times a second while waiting */
void command_quit(void);            /* the next wait returns false */

/**
 * command_end() - end the program if it still runs; one that does not listen is killed, and one
 * that does not end even so is left behind, with a line that says it
 * Return: the exit status: the program's, or 128 and the number of the signal that ended it; or 0;
 * STATUS_ERROR if it was left behind.
 */
int command_end(void);

int command_verdict(int argc, char **argv);
int command_top(int argc, char **argv);
int command_latency(int argc, char **argv);
int command_sizes(int argc, char **argv);
int command_occupancy(int argc, char **argv);
int command_stacks(int argc, char **argv);
int command_leaks(int argc, char **argv);
int command_record(int argc, char **argv);
int command_report(int argc, char **argv);
int command_watch(int argc, char **argv);
int command_full(int argc, char **argv);
int command_exchange(int argc, char **argv);
int command_doctor(int argc, char **argv);

#endif /* XB_COMMAND_H */
