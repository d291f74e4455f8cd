// SPDX-License-Identifier: GPL-2.0-only
/* Names of frames, from lists of symbols that are made up: see symbols.t, which mounts them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/symbols.h"
#include "ok.h"
#include "say_counted.h"

#define KERNEL 0xffffffff81000000ULL
#define MODULE 0xffffffffc0000000ULL

static const char *kallsyms, *modules; /* what /proc shows */

/* In place: it is this file that is mounted there. */
static void shows(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		exit(1);
}

static bool is_named(u64 address, const char *name)
{
	return !strcmp(symbol(address), name);
}

static void test_names(void)
{
	shows(modules, "mod 4096 0 - Live 0x0\n");
	shows(kallsyms, "ffffffff81000000 T first\n"
			"ffffffff81000100 D data\n"
			"ffffffffc0000000 t of_module\t[mod]\n"
			"ffffffff81000200 t second\n");
	ok(is_named(KERNEL, "first") && is_named(KERNEL + 0x1ff, "first"),
	   "a frame has the name of the function that it lies in");
	ok(is_named(KERNEL + 0x200, "second"), "up to where the next begins");
	ok(is_named(MODULE + 0x10, "of_module [mod]"), "of a module, with the module's");
	ok(is_named(KERNEL - 1, "0xffffffff80ffffff"), "before all functions it has none");
	ok(is_named(KERNEL + (16 << 20), "0xffffffff82000000"),
	   "nor far behind the last of a region");
}

static void test_modules(void)
{
	shows(kallsyms, "ffffffff81000000 T first\nffffffffc0000000 t of_another\t[other]\n");
	symbol_renew();
	ok(is_named(MODULE, "of_module [mod]"),
	   "while the modules are the same, it is not read again");
	shows(modules, "mod 4096 1 user, Live 0x0\n");
	symbol_renew();
	ok(is_named(MODULE, "of_module [mod]"), "though another uses one of them");
	shows(modules, "other 4096 0 - Live 0x0\n");
	symbol_renew();
	ok(is_named(MODULE, "of_another [other]"),
	   "another module at the same place has its own names");
}

/* Behind a module's end lie others, or those that were there. */
static void test_unloaded(void)
{
	shows(kallsyms, "ffffffff81000000 T first\n"
			"ffffffffc0000000 t of_another\t[other]\n"
			"ffffffffc0000800 t its_last\t[other]\n"
			"ffffffffc0800000 t of_a_program\t[bpf]\n");
	shows(modules, "other 8192 1 mod, Live 0xffffffffc0000000\n");
	symbol_renew();
	ok(is_named(MODULE + 0x1fff, "its_last [other]"), "up to a module's end a frame is its");
	ok(is_named(MODULE + 0x2000, "0xffffffffc0002000"), "behind it none has its name");
	ok(is_named(MODULE + 0x800010, "of_a_program [bpf]"), "what is no module has names, too");
}

/* What was read once is kept: so in a process of its own. */
static void test_hidden(void)
{
	int status;
	pid_t pid;

	shows(kallsyms, "0000000000000000 T first\n0000000000000000 T second\n");
	shows(modules, "");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		symbol_renew();
		exit(is_named(KERNEL, "0xffffffff81000000") &&
		     is_named(KERNEL + 1, "0xffffffff81000001") && warnings == 1);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 1,
	   "where the kernel hides its addresses: numbers, and it is told once");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 1;
	kallsyms = argv[1];
	modules = argv[2];
	test_names();
	test_modules();
	test_unloaded();
	test_hidden();
	return done_testing();
}
