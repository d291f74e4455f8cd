// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which functions call the one that programs hang on: callers.bpf.h as plain C, on machine code
 * that is made up, and what is said of those that do not.
 */
#include "bpf/callers.bpf.h"

#include "engine/callers.h"
#include "ok.h"
#include "say_counted.h"

/* Functions one behind the other, each of this length, as they lie in the kernel. */
#define LENGTH 64

static unsigned char code[8][LENGTH];

static const char *const names[] = {
	"xen_swiotlb_map_sg",
	"xen_swiotlb_unmap_sg",
	"xen_swiotlb_sync_sg_for_cpu",
	"xen_swiotlb_sync_sg_for_device",
	"xen_swiotlb_map_page",
	"xen_swiotlb_unmap_page",
	"xen_swiotlb_sync_single_for_cpu",
	"xen_swiotlb_sync_single_for_device",
};

#define FUNCTIONS (sizeof(names) / sizeof(names[0]))
#define LISTS     4 /* the first of them */

static u64 address_of(const char *name)
{
	u32 i;

	for (i = 0; i < FUNCTIONS; i++)
		if (!strcmp(names[i], name))
			return (u64)code[i];
	return 0;
}

static void show(u64 address, char *shown, size_t size)
{
	snprintf(shown, size, "%s+0x0/0x%x", names[(address - (u64)code) / LENGTH], LENGTH);
}

/* What engine/ asks of the kernel. */
void probe_run(struct bpf_program *program)
{
	((int (*)(void *))(void *)program)(NULL);
}

bool say_is_verbose(void)
{
	return false;
}

static void put_call(unsigned char *at, const unsigned char *to)
{
	int distance = to - (at + 5);

	*at = XB_CALL_OPCODE;
	memcpy(at + 1, &distance, sizeof(distance));
}

static void look(void)
{
	memset(callers, 0, sizeof(callers));
	callers_look(callers, (void *)find_callers, (void *)look_at_callers);
}

static int calling(void)
{
	int n = 0, i;

	for (i = 0; i < XB_CALLERS; i++)
		n += callers[i].calls;
	return n;
}

int main(void)
{
	int i;

	kernel_symbol = address_of;
	kernel_show = show;
	memset(code, 0x90, sizeof(code));
	look();
	ok(!calling(), "code without a call calls nothing");
	callers_warn(callers, false);
	ok(warnings == 1, "that maps of lists are not seen is said");
	callers_warn(callers, true);
	ok(warnings == 3, "of their syncs, where those are looked at; and of each once");
	for (i = 0; i < LISTS; i++)
		put_call(&code[i][9], code[i + LISTS]);
	look();
	ok(calling() == XB_CALLERS, "a call is found wherever it stands");
	for (i = 0; i < LISTS; i++)
		put_call(&code[i][9], code[(i + 1) % LISTS]);
	look();
	ok(!calling(), "a call to something else is none");
	memset(code, 0x90, sizeof(code));
	put_call(&code[XB_MAP_SG + 1][0], code[XB_MAP_SG + LISTS]);
	put_call(&code[XB_UNMAP_SG + 1][9], code[XB_UNMAP_SG + LISTS]);
	look();
	ok(!calling(), "nor is one in the function that comes next");
	put_call(&code[XB_UNMAP_SG][LENGTH - 5], code[XB_UNMAP_SG + LISTS]);
	look();
	ok(callers[XB_UNMAP_SG].calls, "but one at the very end is");
	return done_testing();
}
