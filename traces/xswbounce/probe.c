// SPDX-License-Identifier: GPL-2.0-only
/* What this kernel offers to hang a program on. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "probe.h"
#include "say.h"

static struct btf *kernel_btf(void)
{
	static struct btf *btf;
	static bool tried;

	if (!tried) {
		tried = true;
		btf = btf__load_vmlinux_btf();
		if (libbpf_get_error(btf))
			btf = NULL;
	}
	return btf;
}

bool probe_btf(void)
{
	return kernel_btf();
}

bool probe_function(const char *name)
{
	return probe_btf() && btf__find_by_name_kind(kernel_btf(), name, BTF_KIND_FUNC) > 0;
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

bool probe_event(const char *event)
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
		return probe_function(name);
	if (!strncmp(section, "tp_btf/", 7)) {
		snprintf(type, sizeof(type), "btf_trace_%s", name);
		return probe_btf() &&
		       btf__find_by_name_kind(kernel_btf(), type, BTF_KIND_TYPEDEF) > 0;
	}
	if (!strncmp(section, "tp/", 3))
		return probe_event(name);
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

void probe_run(struct bpf_program *program)
{
	if (bpf_prog_test_run_opts(bpf_program__fd(program), NULL))
		die("can't run %s: %s", bpf_program__name(program), strerror(errno));
}
