// SPDX-License-Identifier: GPL-2.0-only
/* Why no BPF program works, and what is named in their place: on kernels that are made up. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/refusal.c"
#include "ok.h"

/* The kernel and this process. */
static int load_fails; /* errno, or 0 */
static bool typed = true, module_there;
static const char *symbols; /* /proc/kallsyms */
static int kptr_restrict;

int bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license,
		  const struct bpf_insn *code, size_t length,
		  const struct bpf_prog_load_opts *options)
{
	(void)type;
	(void)name;
	(void)license;
	(void)code;
	(void)length;
	(void)options;
	errno = load_fails;
	return load_fails ? -1 : dup(1);
}

int probe_try(const char *name)
{
	return !name;
}

bool probe_btf(void)
{
	return typed;
}

u64 host_number(const char *path)
{
	return strcmp(path, "/proc/sys/kernel/kptr_restrict") ? 0 : kptr_restrict;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	if (!strcmp(path, "/proc/kallsyms") && symbols)
		return fmemopen((void *)symbols, strlen(symbols), mode);
	if (!strcmp(path, "/proc/self/status"))
		return fmemopen((void *)"CapEff:\t0000000000000000\n", 24, mode);
	return NULL;
}

int __wrap_access(const char *path, int mode)
{
	(void)mode;
	return !strcmp(path, "/sys/devices/platform/xen_swiotlb_defrag/abi") && module_there ? 0
											     : -1;
}

static char *said; /* shared with the process that says it */

void die(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsprintf(said, format, values);
	va_end(values);
	exit(STATUS_ERROR);
}

static void ask(void)
{
	strcpy(said, refusal() ?: "");
}

static void look(void)
{
	refusal_ends_look("read the file");
}

/* In a process of its own: the kernel is asked once. */
static void run(void (*what)(void))
{
	pid_t pid;

	strcpy(said, "");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		what();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void ok_says(void (*what)(void), const char *words, const char *name)
{
	bool good;

	run(what);
	good = *words ? strstr(said, words) != NULL : !*said;
	ok(good, name);
	if (!good)
		printf("# no '%s' in '%s'\n", words, said);
}

#define SHOWN                                    \
	"0000000000000000 A fixed_percpu_data\n" \
	"0000000000000000 A __per_cpu_start\n"   \
	"ffffffff81000000 T _text\n"
#define HIDDEN                                   \
	"0000000000000000 A fixed_percpu_data\n" \
	"0000000000000000 A __per_cpu_start\n"   \
	"0000000000000000 T _text\n"

static void test_symbols(void)
{
	symbols = SHOWN;
	ok_says(ask, "", "where symbols are shown programs work");
	symbols = HIDDEN;
	kptr_restrict = 2;
	ok_says(ask, "kernel.kptr_restrict is 2 (sysctl kernel.kptr_restrict=1",
		"where they are hidden from all, by what, and what ends that");
	kptr_restrict = 1;
	ok_says(ask, "it lacks the capability CAP_SYSLOG", "or from this process");
	symbols = NULL;
	ok_says(ask, "", "a kernel without the file hides nothing");
	symbols = SHOWN;
}

static void test_look(void)
{
	ok_says(look, "", "what can look does");
	load_fails = EPERM;
	ok_says(look,
		"it lacks the capability CAP_BPF; load the defragmenter (modprobe "
		"xen_swiotlb_defrag), and read the file",
		"for a look at memory no tool is named that counts bounces");
	module_there = true;
	ok_says(look, "it lacks the capability CAP_BPF; read the file",
		"nor a module that is there already");
	load_fails = EINVAL;
	ok_says(look, "it is locked down; read the file", "under a lockdown, too");
	load_fails = 0;
	typed = false;
	ok_says(look, "(CONFIG_DEBUG_INFO_BTF); read the file", "and without type information");
}

int main(void)
{
	said = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (said == MAP_FAILED)
		return 1;
	test_symbols();
	test_look();
	return done_testing();
}
