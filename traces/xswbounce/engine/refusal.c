// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why the kernel lets this process load no BPF programs, or none that finds the kernel's memory.
 *
 * It answers "Operation not permitted", or "Invalid argument" under a lockdown for confidentiality,
 * which takes away the call that reads the kernel's memory. Which of its guards that was, it does
 * not say: the process' capabilities and the lockdown's file do.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <linux/capability.h>

#include "engine/host.h"
#include "engine/probe.h"
#include "engine/refusal.h"
#include "say.h"

#define CAP_PERFMON_BIT 38
#define CAP_BPF_BIT     39

#define SYMBOLS_LOOKED_AT 64

#define DEFRAG_FILE "/sys/devices/platform/xen_swiotlb_defrag/abi"

static bool lockdown_refuses;

/* "none", "integrity", "confidentiality" as securityfs tells it, or "" if it does not. */
static const char *lockdown(void)
{
	static char level[32];
	FILE *f = fopen("/sys/kernel/security/lockdown", "r");
	char line[64] = "", *begin, *end;

	level[0] = '\0';
	if (f && fgets(line, sizeof(line), f) && (begin = strchr(line, '[')) &&
	    (end = strchr(begin, ']')))
		snprintf(level, sizeof(level), "%.*s", (int)(end - begin - 1), begin + 1);
	if (f)
		fclose(f);
	return level;
}

/*
 * A program that does nothing but read some memory of the kernel, then one that hangs on a function
 * which is there for tests.
 */
static int try_one(void)
{
	static const struct bpf_insn reads[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 1, .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 1, .imm = -8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = 8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_probe_read_kernel },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "xb_may_load", "GPL", reads,
			       sizeof(reads) / sizeof(reads[0]), NULL);

	if (fd < 0)
		return errno;
	close(fd);
	return probe_try("bpf_fentry_test1") == EPERM ? EPERM : 0;
}

static unsigned long long capabilities(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	unsigned long long set = ~0ULL;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "CapEff: %llx", &set);
	if (f)
		fclose(f);
	return set;
}

/* Since 5.8 the two suffice; before, only this one did. */
static const char *missing_capability(void)
{
	unsigned long long set = capabilities();

	if (set >> CAP_SYS_ADMIN & 1)
		return NULL;
	if (!(set >> CAP_BPF_BIT & 1))
		return "CAP_BPF";
	return set >> CAP_PERFMON_BIT & 1 ? NULL : "CAP_PERFMON";
}

static const char *explain(int err)
{
	const char *capability = missing_capability(), *level = lockdown();
	static char why[512];
	int n;

	lockdown_refuses = err == EINVAL || (!capability && !strcmp(level, "confidentiality"));
	n = snprintf(why, sizeof(why),
		     "the kernel lets this process load no BPF programs (%s): ", strerror(err));
	if (lockdown_refuses)
		snprintf(why + n, sizeof(why) - n, "it is locked down%s%s%s", *level ? " (" : "",
			 level, *level ? ")" : "");
	else if (capability)
		snprintf(why + n, sizeof(why) - n, "it lacks the capability %s", capability);
	else if (access("/sys/kernel/tracing/available_filter_functions", F_OK) &&
		 access("/sys/kernel/debug/tracing/available_filter_functions", F_OK))
		snprintf(why + n, sizeof(why) - n,
			 "none can hang on a function, for the kernel has no function tracer "
			 "(CONFIG_FUNCTION_TRACER), or tracefs is not mounted");
	else
		snprintf(
			why + n, sizeof(why) - n,
			"not for want of capabilities nor for a lockdown, so by a security module, "
			"a container's filter or kernel.unprivileged_bpf_disabled");
	return why;
}

/* Programs and /proc/kallsyms are shown addresses under the same conditions. */
static bool symbols_hidden(void)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	unsigned long long address, sum = 0;
	char line[256];
	int n = 0;

	/* those of variables of a CPU's own stand first, and the first of them may be 0 */
	while (f && n < SYMBOLS_LOOKED_AT && fgets(line, sizeof(line), f) &&
	       sscanf(line, "%llx ", &address) == 1) {
		sum |= address;
		n++;
	}
	if (f)
		fclose(f);
	return n && !sum;
}

/* NULL: they are shown */
static const char *explain_hidden(void)
{
	static char why[256];

	if (!symbols_hidden())
		return NULL;
	snprintf(why, sizeof(why),
		 "the kernel hides from this process where its tables lie (the P2M, the pool): %s",
		 host_number("/proc/sys/kernel/kptr_restrict") == 2
			 ? "kernel.kptr_restrict is 2 (sysctl kernel.kptr_restrict=1 ends that)"
			 : "it lacks the capability CAP_SYSLOG");
	return why;
}

const char *refusal(void)
{
	static const char *why;
	static bool asked;
	int err;

	if (!asked) {
		asked = true;
		err = try_one();
		if (err == EINVAL && !probe_btf())
			err = 0; /* a kernel so old that it does not know the call */
		if (err == EPERM || err == EACCES || err == EINVAL)
			why = explain(err);
		if (!why)
			why = explain_hidden();
	}
	return why;
}

bool refusal_is_lockdown(void)
{
	return refusal() && lockdown_refuses;
}

/*
 * A kernel that was locked down for confidentiality as it booted has made no trace event at all.
 * One that was locked down later has them, and lets none of their files be opened.
 */
static bool no_events(void)
{
	return access("/sys/kernel/tracing/events/swiotlb", F_OK) &&
	       access("/sys/kernel/debug/tracing/events/swiotlb", F_OK);
}

void refusal_ends(const char *instead)
{
	if (!probe_btf())
		die("this needs the kernel's type information (BTF), and there is no "
		    "/sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF); use %s instead",
		    instead);
	if (refusal_is_lockdown() && no_events())
		die("%s, and was as it booted: no trace event is there, so no tool can count; debugfs "
		    "swiotlb/io_tlb_used tells how full the pool is",
		    refusal());
	if (refusal())
		die("%s; use %s instead, which counts without", refusal(),
		    refusal_is_lockdown() ? "perf/stat" : "tracefs/bounces");
}

void refusal_ends_look(const char *instead)
{
	const char *why = probe_btf()
				  ? refusal()
				  : "this needs the kernel's type information (BTF), and there is "
				    "no /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)";

	if (!why)
		return;
	if (access(DEFRAG_FILE, F_OK))
		die("%s; load the defragmenter (modprobe xen_swiotlb_defrag), and %s", why,
		    instead);
	die("%s; %s", why, instead);
}
