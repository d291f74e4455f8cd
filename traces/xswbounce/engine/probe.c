// SPDX-License-Identifier: GPL-2.0-only
/* What this kernel offers to hang a program on. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "engine/probe.h"
#include "say.h"

static struct btf *kernel_btf(void)
{
	static struct btf *btf;
	static bool tried;

	if (!tried) {
		tried = true;
		/* the kernel's own: a copy elsewhere would not let programs be attached */
		btf = btf__parse("/sys/kernel/btf/vmlinux", NULL);
		if (libbpf_get_error(btf))
			btf = NULL;
	}
	return btf;
}

bool probe_btf(void)
{
	return kernel_btf();
}

static int arguments(int function)
{
	const struct btf_type *t = btf__type_by_id(kernel_btf(), function);

	return btf_vlen(btf__type_by_id(kernel_btf(), t->type));
}

int probe_arguments(const char *name)
{
	int id = !probe_btf() ? -1 : btf__find_by_name_kind(kernel_btf(), name, BTF_KIND_FUNC);

	return id > 0 ? arguments(id) : -1;
}

/* An empty program is offered to the kernel: not every function it knows can carry one. */
int probe_try(const char *name)
{
	static const struct bpf_insn empty[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, o, .expected_attach_type = BPF_TRACE_FENTRY);
	int id = probe_btf() ? btf__find_by_name_kind(kernel_btf(), name, BTF_KIND_FUNC) : 0;
	int fd, link;

	if (id <= 0)
		return ENOENT;
	o.attach_btf_id = id;
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "xb_probe", "GPL", empty,
			   sizeof(empty) / sizeof(empty[0]), &o);
	if (fd < 0)
		return errno;
	/* more arguments than go into registers: only attaching tells, which takes a while */
	link = arguments(id) > 6 ? bpf_raw_tracepoint_open(NULL, fd) : fd;
	close(fd);
	if (link >= 0 && link != fd)
		close(link);
	return link >= 0 ? 0 : ENOTSUP;
}

static bool by_trial;

bool probe_by_trial(void)
{
	bool first = !by_trial;

	by_trial = true;
	return first;
}

/* From 6.6 on a program can hang on a function whose arguments do not all go into registers. */
static bool takes(int arguments)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	if (arguments <= 6)
		return true;
	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	return major > 6 || (major == 6 && minor >= 6);
}

/*
 * Can a program be attached to this function of the kernel?  A trial of each takes seconds on a
 * slow machine: it is made only after all together have failed.
 */
static bool has_function(const char *name)
{
	int n;

	if (by_trial)
		return !probe_try(name);
	n = probe_arguments(name);
	return n >= 0 && takes(n);
}

bool probe_kfunc(const char *name)
{
	return btf__find_by_name_kind(kernel_btf(), name, BTF_KIND_FUNC) > 0;
}

FILE *probe_open_format(const char *event)
{
	static const char *const roots[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	char path[256];
	unsigned int i;
	FILE *f;

	for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		snprintf(path, sizeof(path), "%s/events/%s/format", roots[i], event);
		f = fopen(path, "r");
		if (f)
			return f;
	}
	return NULL;
}

static bool event_exists(const char *event)
{
	FILE *f = probe_open_format(event);

	if (f)
		fclose(f);
	return f;
}

/* "fentry/NAME", "fexit/NAME", "tp_btf/NAME", "tp/SYSTEM/NAME"; others need nothing. */
static bool target_exists(const char *section)
{
	const char *name = strchr(section, '/');
	char type[128];

	if (!name)
		return true;
	name++;
	if (!strncmp(section, "fentry/", 7) || !strncmp(section, "fexit/", 6))
		return has_function(name);
	if (!strncmp(section, "tp_btf/", 7)) {
		snprintf(type, sizeof(type), "btf_trace_%s", name);
		return probe_btf() &&
		       btf__find_by_name_kind(kernel_btf(), type, BTF_KIND_TYPEDEF) > 0;
	}
	if (!strncmp(section, "tp/", 3))
		return event_exists(name);
	return true;
}

bool probe_use(struct bpf_program *program, bool on)
{
	const char *section = bpf_program__section_name(program);

	on = on && target_exists(section);
	bpf_program__set_autoload(program, on);
	if (say_is_verbose())
		warn("%s %s", on ? "probe" : "leave", section);
	return on;
}

static bool is_second(const struct bpf_program *program)
{
	static const char mark[] = "_again";
	const char *name = bpf_program__name(program);
	size_t n = strlen(name);

	return n >= sizeof(mark) && !strcmp(name + n - (sizeof(mark) - 1), mark);
}

struct bpf_prog_info probe_info(const struct bpf_program *program)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (bpf_program__fd(program) >= 0)
		bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size);
	return info;
}

u64 probe_missed_by(const struct bpf_program *program)
{
	return probe_info(program).recursion_misses;
}

u64 probe_missed(const struct bpf_object *programs)
{
	struct bpf_program *program;
	u64 missed = 0;

	bpf_object__for_each_program(program, programs)
	{
		if (!is_second(program))
			missed += probe_missed_by(program);
	}
	return missed;
}

void probe_run(struct bpf_program *program)
{
	if (bpf_prog_test_run_opts(bpf_program__fd(program), NULL))
		die("can't run %s: %s", bpf_program__name(program), strerror(errno));
}
