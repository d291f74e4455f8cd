// SPDX-License-Identifier: GPL-2.0-only
/*
 * What doctor says of memory and of bounces, and what to do, by text and as JSON.
 */
#include "doctor_there.h"

static void test_bounces(void)
{
	told = true;
	bss.straddles = 7;
	bss.others = 3;
	examine(false);
	ok(strstr(shown, "7 buffers bounced because they straddle, 3 for other reasons"),
	   "bounces are told without tracefs, too");
	ok(strstr(shown, "card: 5 bounces") && strstr(shown, "in MiB 7") &&
		   !strstr(shown, "no room"),
	   "and where they lie");
	bss.lost = 2;
	examine(false);
	ok(strstr(shown,
		  "2 of them lie in other places, for which there was no room beside these 4096"),
	   "those that lie in too many places are told");
	examine(true);
	ok(strstr(shown, "\"straddles\":7,\"granted_straddles\":0,\"other_bounces\":3,") &&
		   strstr(shown, "\"hot_lost\":2"),
	   "as JSON, too");
	bss.lost = 0;
	more_meanwhile = 100;
	bounces_of[0] = bss.straddles = 0;
	examine(false);
	ok_shows("made 100 %", "what straddles while the ranges are read makes no share above all");
	more_meanwhile = 0;
	bounces_of[0] = 5;
	bss.straddles = 7;
	told = false;
	examine(true);
	ok(strstr(shown,
		  "\"straddles\":null,\"granted_straddles\":null,\"other_bounces\":null,\"hot\":null,\"hot_lost\":null"),
	   "what is not counted is null");
	examine(false);
	ok(strstr(shown, "This kernel does not tell of bounces"), "and that is said");
	told = true;
	ok(!followed, "the module is followed, and left");
}

static void test_places(void)
{
	range_there->mib = XB_OTHERS_MIB;
	examine(false);
	ok_shows("in memory that other domains granted", "a granted page lies in no MiB of ours");
	examine(true);
	ok_shows("\"backend\":\"swiotlb-xen\",\"granted\":true,\"mib\":null", "as JSON, too");
	*range_there = (struct xb_range_key){ .dev = XB_MODULE_DEVICE | 5 << 3, .mib = 9 };
	examine(false);
	ok_shows("0000:00:05.0 (xen_swiotlb): 5 bounces", "a device of the module");
	examine(true);
	ok_shows(
		"\"device\":\"0000:00:05.0\",\"backend\":\"xen_swiotlb\",\"granted\":false,\"mib\":9",
		"as JSON, too");
	*range_there = (struct xb_range_key){ .dev = 1, .mib = 7 };
}

static void test_shares(void)
{
	struct contiguity c;

	set_memory(100, 9, 300, 9);
	found.width = 30;
	examine(false);
	ok_shows("Below 4 GiB: 25.0 %", "the share below 4 GiB is told, whatever the width");
	found.width = 32;
	examine(true);
	ok_shows("\"below_4g_pages\":25600", "as JSON");
	ok_shows("\"load_seconds\":", "and what loading the programs took");
	ok_shows("\"look_seconds\":", "and all of the look");
	examine(false);
	ok_shows("This look took ", "in words, too");
	plan(&c, 32768, CONTIGUITY_MOST_BLOCKS);
	ok(c.stride == 8 && c.blocks == 4096, "of 64 GiB one block in 8 is looked at");
	plan(&c, 4097, CONTIGUITY_MOST_BLOCKS);
	ok(c.stride == 2 && c.blocks == 2049, "the last stride is no whole one");
	plan(&c, 4096, CONTIGUITY_MOST_BLOCKS);
	ok(c.stride == 1 && c.blocks == 4096, "of 8 GiB all");
	plan(&c, 0, CONTIGUITY_MOST_BLOCKS);
	ok(c.stride == 1 && !c.blocks, "of none nothing");
}

/* Straddles in a range of ours, or of another domain's, for a device of such a mask */
static void add_range(u64 bounces, u64 mib, u64 mask)
{
	ranges_there[nr_ranges] = (struct xb_range_key){ .dev = nr_ranges + 1, .mib = mib };
	bounces_of[nr_ranges] = bounces;
	masks_there[nr_ranges] = mask;
	nr_ranges++;
	bss.straddles += bounces;
}

static void no_ranges(void)
{
	nr_ranges = 0;
	bss.straddles = bss.others = 0;
	memset(&defrag_there, 0, sizeof(defrag_there));
	memset(&there, 0, sizeof(there));
	highest_there = 0;
}

static void ok_step(const char *what, const char *name)
{
	examine(false);
	ok_shows(what, name);
}

static void test_masks(void)
{
	no_ranges();
	add_range(50, 7, 0xffffffff);
	ok_step("run 'xsw-defrag --width 32 all' while the load is on, which takes low memory",
		"for a narrow device low frames are asked for");
	ok(!strstr(shown, "'xsw-defrag all'"), "not any, among which high ones come first");
	ok_shows("which reaches 32 bits", "how far it reaches is told");
	examine(true);
	ok_shows("\"mask_bits\":32", "as JSON, too");
	add_range(50, 8, ~0ULL);
	ok_step("'xsw-defrag --width 32 all'", "with a wide one beside it: low frames first");
	ok(strstr(shown, "for the other devices then run 'xsw-defrag --width 0 all'"),
	   "then any, for a width stays set");
	examine(true);
	ok_shows("\"mask_bits\":64", "of a wide device, as JSON");
	bounces_of[0] = 5;
	bss.straddles = 55;
	ok_step("run 'xsw-defrag all'", "for a few buffers no low memory is taken");
	no_ranges();
	add_range(50, 7, (1ULL << 36) - 1);
	ok_step("'xsw-defrag --width 36 all'", "a device of 36 bits wants no less than it reaches");
	no_ranges();
	add_range(50, 7, (1ULL << 44) - 1);
	ok_step("run 'xsw-defrag all'", "one of 44 bits reaches all memory");
	no_ranges();
	add_range(50, 7, 0xffffffff);
	there.told = true;
	there.xen_low = 100;
	ok_step("run 'xsw-defrag all'", "so does one of 32 where Xen has no high memory free");
	highest_there = XB_4G_FRAMES + 1;
	ok_step("'xsw-defrag --width 32 all'", "if the domain has none either");
	no_ranges();
	nr_ranges = 1;
	ranges_there[0] = (struct xb_range_key){ .dev = XB_MODULE_DEVICE | 5 << 3, .mib = 9 };
	masks_there[0] = 0;
	bounces_of[0] = bss.straddles = 50;
	ok_step("run 'xsw-defrag all'", "of a wide device of the module's all");
	module_mask = 0xffffffff;
	ok_step("'xsw-defrag --width 32 all'", "of a narrow one low frames");
	module_mask = ~0ULL;
}

static void test_granted(void)
{
	no_ranges();
	add_range(40, XB_OTHERS_MIB, ~0ULL);
	add_range(20, 7, ~0ULL);
	ok_step("these pages are another domain's: run 'xsw-defrag all' in that domain",
		"what others granted is to be cured there");
	examine(true);
	ok_shows("\"straddles\":60,\"granted_straddles\":40", "their number is told");
	bounces_of[0] = 15;
	bss.straddles = 35;
	ok_step("Next step: load the module (modprobe xen_swiotlb_defrag) and run 'xsw-defrag all'",
		"where most are our own, here");
}

static void test_defrag(void)
{
	no_ranges();
	add_range(50, 7, ~0ULL);
	defrag_there.state = "idle";
	defrag_there.result = "none";
	ok_step("Next step: run 'xsw-defrag all' while the load is on; 'xsw-defrag --background on'",
		"a module that is there is not loaded");
	defrag_there.state = "hot";
	ok_step("Next step: wait for the end of the defragmenter's run ('xsw-defrag stop' ends it)",
		"while it runs there is nothing to start");
	defrag_there.state = "background";
	defrag_there.background = 1;
	ok_step("Next step: the defragmenter is at work in the background: what is left lies in memory "
		"that its drivers keep",
		"a run in the background is none to wait for");
	defrag_there.state = "idle";
	ok_step("restart the driver or the interface, or run 'xsw-defrag all' while the load is on",
		"nor is its pause");
	masks_there[0] = 0xffffffff;
	ok_step("'xsw-defrag --width 32 all'", "it does not what a narrow device needs");
	defrag_there.width = 32;
	ok_step("the defragmenter is at work in the background", "but with a width");
	masks_there[0] = ~0ULL;
	defrag_there.background = 0;
	ok_step("run 'xsw-defrag --width 0 all'", "a width that was left is taken away");
	defrag_there.width = 0;
	defrag_there.result = "done";
	ok_step("after the last such run nothing was left", "how the last run ended is told");
	defrag_there.hot_found = 1;
	examine(false);
	ok(!strstr(shown, "nothing was left"), "not if its last pass still found something");
}

/* ---- when, and how long ---- */

static void test_time(void)
{
	set_memory(1024, 9, 0, 0);
	no_ranges();
	add_range(1, 7, ~0ULL);
	counted_for = 0.05;
	examine(false);
	ok_shows("Too short to tell: 1 buffers straddled in 0.05 s", "one buffer is no rate");
	ok_shows("Next step: run this again for a second or more", "which is what to do");
	examine(true);
	ok_shows("\"verdict\":\"unknown\"", "as JSON, too");
	add_range(49, 8, ~0ULL);
	ok_step("Too short to tell", "nor are many in a twentieth of a second");
	counted_for = 0.5;
	ok_step("and it costs: 100 buffers a second", "half a second is enough");
	bss.straddles = 9;
	ok_step("Too short to tell", "for ten buffers");
	counted_for = 1;
	no_ranges();
	walked_while_counting = bss.armed = false;
	pieces = largest_piece = 0;
	examine(true);
	ok(!walked_while_counting && bss.armed, "what bounces during the walk is not counted");
	ok(pieces == 1 + 512 / XB_PIECE && largest_piece == XB_PIECE,
	   "the walk lets others run between its pieces");
	ok_shows("\"walk_longest_seconds\":", "the longest is told");
	ok_step(", in pieces of at most ", "in words, too");
}

static void test_no_pool(void)
{
	host.no_pool = true;
	no_ranges();
	set_memory(1024, 3, 0, 0);
	examine(false);
	ok_shows("This kernel has no pool: nothing can bounce", "a kernel without a pool is told");
	ok_shows("Next step: make a pool, which the module does (modprobe xen_swiotlb)",
		 "and what to do");
	ok_shows("the module xen_swiotlb: ", "whether it can have one");
	examine(true);
	ok_shows("\"no_pool\":true", "as JSON");
	ok_shows("\"cause_memory\":{\"state\":", "with the causes");
	host.no_pool = false;
	examine(true);
	ok_shows("\"no_pool\":false", "which others have");
}

int main(void)
{
	be_pv();
	test_bounces();
	test_places();
	test_shares();
	test_masks();
	test_granted();
	test_defrag();
	test_time();
	test_no_pool();
	return done_testing();
}
