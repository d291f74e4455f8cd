// SPDX-License-Identifier: GPL-2.0-only
/*
 * What doctor says of a pool, and of the causes why there is none, by text and as JSON.
 */
#include "doctor_there.h"

#define MODULE(state) "\"pool_module\":{\"state\":\"" state "\""
#define STOCK(state)  "\"pool_stock\":{\"state\":\"" state "\""
#define FROM(source)  "\"pool_from\":\"" source "\""

static void ok_pool(const char *module, const char *from, const char *stock, const char *name)
{
	examine(true);
	ok_shows(module, name);
	ok_shows(from, "  of that");
	ok_shows(stock, "  and of stock's");
}

static void ok_cause(const char *cause, const char *state, const char *why, const char *name)
{
	char wanted[100];
	const char *at;
	bool good;

	snprintf(wanted, sizeof(wanted), "\"cause_%s\":{\"state\":\"%s\",\"why\":\"", cause, state);
	examine(true);
	at = strstr(shown, wanted);
	good = at && strstr(at, why) && strstr(at, why) < strchr(at, '}');
	ok(good, name);
	if (!good)
		printf("# no '%s...%s' in\n# %s\n", wanted, why, shown);
}

static void ok_shows_xen(const char *bytes, const char *name)
{
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "\"pool_xen_bytes\":%s,", bytes);
	examine(true);
	ok_shows(wanted, name);
}

static void test_pool(void)
{
	set_memory(1024, 9, 0, 0);
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("unknown"), "a domain of low memory");
	ok_shows("64 MiB in blocks of order 9", "  the orders are named");
	ok_shows("\"pool_own_bytes_by_order\":[0,0,0,0,0,0,0,0,0,67108864]", "  as numbers, too");
	set_memory(1024, 6, 0, 0);
	ok_pool(MODULE("yes"), FROM("own-smaller-blocks"), STOCK("unknown"), "in smaller blocks");
	ok_shows("64 MiB in blocks of order 6", "  which are named");

	set_memory(64, 9, 4096, 0);
	there.told = true;
	there.stock = 64;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"),
		"what is low is stock's pool, and Xen has nothing");
	there.stock = 0;
	there.module = 64;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"), "or it is the module's");
	there.module = 0;
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("no"), "without either");

	host.pool_told = false;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"), "or if stock's is not told");
	ok_shows("may be a part of them", "  which is said");
	host.pool_told = true;

	set_memory(2048, 9, 0, 0);
	found.pool_mb = 1500;
	there.available = 1900;
	ok_pool(MODULE("no"), FROM("none"), STOCK("unknown"),
		"it takes no more of what is available than it leaves");
	ok_shows("1.9 GiB of memory available, and the pool gets no more than is left: 950 MiB",
		 "  which is said");
	there.available = 3001;
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("unknown"), "it takes as much");

	set_memory(40, 9, 4096, 0);
	there.told = true;
	there.xen_low = 40;
	ok_pool(MODULE("possible"), FROM("xen"), STOCK("possible"),
		"own memory and Xen's are added up");
	ok_shows("gets one of the domain's back", "  stock gives back what it gets blocks for");
	there.xen_low = 20;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"), "together they may be too little");
	there.told = false;
	ok_pool(MODULE("unknown"), FROM("none"), STOCK("unknown"), "or it is not known");
	set_memory(40, 3, 4096, 0);
	there.told = true;
	there.xen_low = 40;
	ok_pool(MODULE("possible"), FROM("assembled"), STOCK("no"),
		"scattered memory serves the module alone");
	ok_shows("; Xen has 40 MiB free; and 24 MiB lie scattered", "  so much of it");
	ok_shows("down to order 3", "  to that order");
	there.xen_low = 100;
	ok_pool(MODULE("possible"), FROM("xen"), STOCK("possible"), "Xen has all of it");
	there.line = "memop-max-order=5,5,5,5";
	host.dom0 = true;
	ok_pool(MODULE("possible"), FROM("xen"), STOCK("no"), "but gives no blocks so large");

	set_memory(40, 9, 4096, 0);
	host.dom0 = false;
	ok_shows_xen("null", "what Xen has in it is not known where it tells nothing");
	there.told = true;
	ok_shows_xen("0", "and is nothing where it has none");
	there.xen_low = 40;
	ok_shows_xen("25165824", "or what is taken of it");
	examine(true);
	ok_shows("\"pool_unsure_bytes\":0,", "where all memory is looked at nothing is unsure");
}

/* Of 512 blocks so many are looked at, and in them so many MiB found low, in whole blocks */
static void set_sample(u64 blocks, u64 low_mb)
{
	set_memory(low_mb, 9, 4096, 0);
	there.available = 1 << 20;
	most_blocks = blocks;
}

static void test_sample(void)
{
	set_sample(128, 256); /* so low memory is about 1 GiB */
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("unknown"), "what is much more is enough");
	ok_shows("\"stride\":4,", "  though a part of memory was looked at");
	ok_shows("about 64 MiB in blocks of order 9 (± 216 MiB)",
		 "  and what is own is an estimate");
	ok_shows("\"pool_unsure_bytes\":226492416,", "  off by (4 + 2 * sqrt(128)) * 4 * 2 MiB");
	found.pool_mb = 809;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("unknown"),
		"what is hardly more may not be");
	ok_shows(
		"about 1 GiB ± 216 MiB of low frames outside of pools; but only a part of memory was "
		"looked at: --blocks 512 looks at more",
		"  which is said, and what helps");
	found.pool_mb = 808;
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("unknown"), "up to there it is");
	there.told = true;
	found.pool_mb = 1240;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"), "what is less may be enough");
	found.pool_mb = 1241;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"), "if it is not too little by more");

	set_sample(16, 0);
	there.told = true;
	there.stock = 64;
	ok_pool(MODULE("possible"), FROM("none"), STOCK("no"), "a pool may have been missed");
	ok_shows("\"pool_unsure_bytes\":268435456,", "  where none is hit there may be four");
	set_sample(16, 4);
	there.told = true;
	there.stock = 64;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"), "or hit too often");

	set_sample(128, 256);
	there.told = true;
	there.xen_low = 1;
	found.pool_mb = 800;
	ok_cause("memory", "no", "gives back", "what stock gives back is enough for sure");
	found.pool_mb = 1000;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("possible"), "or not");
	ok_shows("back, which has about 1 GiB ± 216 MiB in such blocks; but only a part of memory",
		 "  which is said");
	ok_cause("memory", "unknown", "only a part of memory was looked at",
		 "  so whether Xen has too little is not known");
	found.pool_mb = 1200;
	ok_cause("memory", "unknown", "only a part of memory was looked at", "less may be enough");
	found.pool_mb = 1300;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"), "or too little for sure");
	ok_cause("memory", "yes", "1.3 GiB are wanted", "  so Xen has too little");
	most_blocks = CONTIGUITY_MOST_BLOCKS;
}

static void test_more_blocks(void)
{
	set_sample(4096, 4);
	found.pool_mb = 24;
	there.told = true;
	spanned_there = 32768 << 9;
	examine(true);
	ok_shows("--blocks 16384 looks at more", "of 64 GiB one block in 2 can be looked at");
	most_blocks = CONTIGUITY_MAX_BLOCKS;
	examine(true);
	ok_shows("only a part of memory was looked at, and more than 16384 blocks can't be",
		 "no more");
	spanned_there = 10000 << 9;
	most_blocks = CONTIGUITY_MOST_BLOCKS;
	examine(true);
	ok_shows("--blocks 10000 looks at more", "of 20 GiB all");
	spanned_there = 1 << 18;
	most_blocks = CONTIGUITY_MOST_BLOCKS;
}

/* Pools that lie below 2^32, or another width, but nobody tells how low. */
static void test_pools(void)
{
	set_memory(128, 9, 4096, 9);
	there.told = true;
	there.module = 64;
	there.reserve = 2;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"),
		"the module has a reserve beside its pool");
	there.reserve = 0;
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("no"), "without it there is room");
	there.coherent = 8;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"),
		"coherent memory may lie low or not");
	ok_shows("but 8 MiB of pools may be a part of them", "  which is said");
	there.coherent = 0;
	there.module = 65;
	there.module_bits = 36;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"), "a pool for more bits, too");
	there.module = 64;
	there.module_bits = 24;
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("no"), "one for less does");

	found.width = 30;
	ok_pool(MODULE("yes"), FROM("own-blocks"), STOCK("no"), "where less is asked about, too");
	there.module = 65;
	there.module_bits = 32;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"), "there one for 32 need not");
	there.module = 0;
	there.stock = 128;
	ok_pool(MODULE("possible"), FROM("own-blocks"), STOCK("no"), "nor need stock's");
	ok_shows("128 MiB of pools may be a part of them, for nobody tells how low those lie",
		 "  which is said");
	found.pool_mb = 129;
	ok_pool(MODULE("no"), FROM("none"), STOCK("no"), "more than there is with it is too much");
	ok_shows("128 MiB of low frames, some of which may be pools', and", "  which is said");
	there.xen_low = 65;
	ok_pool(MODULE("possible"), FROM("xen"), STOCK("possible"),
		"stock may give back less, too");
	ok_cause("memory", "unknown", "128 MiB of pools may be a part",
		 "so whether Xen has too little is not known");
	found.width = 32;
}

static void test_refusals(void)
{
	set_memory(40, 9, 4096, 0);
	host.dom0 = true;
	ok_pool(MODULE("unknown"), FROM("none"), STOCK("unknown"), "in dom0 Xen may refuse");
	ok_shows("Xen refuses to tell what it has free (its security policy?)", "  which is said");
	ok_cause("permission", "unknown", "refuses to tell its command line", "  of each cause");
	ok_cause("memory", "unknown", "refuses to tell what it has free", "  of the second");
	ok_cause("fragmentation", "unknown", "refuses to tell what it has free", "  of the third");
	there.error = ENOENT;
	examine(true);
	ok_shows(
		"/dev/xen/privcmd can't be opened: No such file or directory (modprobe xen-privcmd)",
		"or nobody can ask it");
	ok_cause("permission", "unknown", "/dev/xen/privcmd can't be opened", "  of each cause");
	there.error = EPERM;
	examine(true);
	ok_shows("/dev/xen/privcmd can't be opened: Operation not permitted\"",
		 "a container may not");
	ok(!strstr(shown, "run this there"), "dom0 is not sent to dom0");
	host.dom0 = false;
	examine(true);
	ok_shows("Xen tells dom0 alone what it has free (run this there)", "a domU is");
}

static void test_permission(void)
{
	set_memory(1024, 9, 0, 0);
	host.dom0 = true;
	there.line = "dom0_mem=1G console=com1";
	ok_cause("permission", "no", "up to order 18", "dom0 may exchange all by default");
	there.line = "memop-max-order=5 dom0_mem=1G";
	ok_cause("permission", "no", "up to order 18",
		 "the first number is for ordinary domUs alone");
	there.line = "memop-max-order=5,5,5,5";
	ok_cause("permission", "yes", "up to order 5", "all four limit dom0");
	there.line = "memop-max-order=5,5,5,5 memop-max-order=,6";
	ok_cause("permission", "no", "up to order 6", "a number that is left out stays");
	there.line = "memop-max-order=0x5,5,5,5";
	ok_cause("permission", "yes", "up to order 5", "Xen takes hexadecimal numbers");
	there.line = "flask=enforcing";
	ok_cause("permission", "unknown", "flask", "a policy may refuse");
	there.line = "flask=permissive xsm=flask";
	ok_cause("permission", "no", "up to order 18", "not one that is only told");
	host.dom0 = false;
	there.line = NULL;
	ok_cause("permission", "unknown", "order 9", "a domU is not told");
	host.pci = true;
	ok_cause("permission", "unknown", "order 12", "one with a device has more by default");
	there.line = "memop-max-order=5,18,18,5";
	ok_cause("permission", "yes", "up to order 5", "if it is told, its own numbers count");
	host.pci = false;
}

static void test_memory(void)
{
	set_memory(1024, 9, 0, 0);
	ok_cause("memory", "unknown", "dom0 alone", "what Xen has is not told");
	there.told = true;
	ok_cause("memory", "yes", "Xen has 0 B free",
		 "Xen has none: what the domain has itself does not help");
	there.xen_low = 64;
	ok_cause("memory", "no", "Xen has 64 MiB free", "Xen has enough");
	there.xen_low = 1;
	ok_cause("memory", "no", "gives back", "Xen has little, but gets blocks back");
	set_memory(1024, 3, 0, 0);
	there.told = true;
	there.xen_low = 1;
	ok_cause("memory", "yes", "64 MiB are wanted", "those it gets back must be blocks");
}

static void test_fragmentation(void)
{
	set_memory(1024, 8, 0, 0);
	ok_cause("fragmentation", "unknown", "dom0 alone", "Xen's free memory is not told");
	there.told = true;
	ok_cause("fragmentation", "no", "too little for one block", "nothing is not fragmented");
	there.xen_low = 64;
	ok_cause("fragmentation", "unknown", "nobody", "Xen tells no sizes of what it has");
	extents_there = (struct xen_extents){ .told = true, .age = 20 * 60, .refused[9] = 7 };
	ok_cause("fragmentation", "unknown", "nobody", "larger blocks may be refused");
	extents_there.refused[6] = 5;
	ok_cause("fragmentation", "yes", "ended 20 minutes ago: it refused 5 requests",
		 "but it had none for such blocks");
	extents_there.taken[5] = 3000;
	ok_cause("fragmentation", "yes", "5 requests for such or less, and gave 3000 smaller ones",
		 "smaller ones it had");
	extents_there.kept = 1;
	ok_cause("fragmentation", "unknown", "nobody", "or the run held a large one");
	extents_there.kept = 0;
	extents_there.taken[7] = 3;
	ok_cause("fragmentation", "unknown", "nobody", "or it gave one");
	extents_there.taken[7] = 0;
	extents_there.width = 24;
	ok_cause("fragmentation", "unknown", "nobody", "it may have none below 2^24 alone");
	extents_there.width = 32;
	ok_cause("fragmentation", "yes", "refused 5", "none below 2^32 is what stock would find");
	there.line = "memop-max-order=5,5,5,5";
	ok_cause("fragmentation", "unknown", "nobody",
		 "a domain that may not have such blocks learns nothing of them");
	there.line = NULL;

	extents_there.refused[6] = 0;
	extents_there.taken[7] = 3;
	ok_cause("fragmentation", "no", "gave all 3", "it gave them below 4 GiB");
	extents_there.width = 0;
	ok_cause("fragmentation", "unknown", "nobody", "or from anywhere");
	extents_there.width = 33;
	ok_cause("fragmentation", "unknown", "nobody", "or above");
	extents_there.width = 24;
	ok_cause("fragmentation", "no", "ended 20 minutes ago, asked for below 2^24",
		 "the run's own width counts, whatever is set for the next");

	extents_there.age = 59;
	ok_cause("fragmentation", "no", "less than a minute ago", "how long ago is told");
	extents_there.age = 60;
	ok_cause("fragmentation", "no", "1 minute ago", "in minutes");
	extents_there.age = 3600;
	ok_cause("fragmentation", "no", "60 minutes ago", "up to an hour");
	extents_there.age = 3601;
	ok_cause("fragmentation", "unknown", "ended 60 minutes ago: run it again",
		 "then Xen's memory may be another");
	extents_there.age = 7 * 24 * 3600;
	ok_cause("fragmentation", "unknown", "ended 168 hours ago: run it again",
		 "after days, too");
	extents_there.age = 60;
	extents_there.told = false;
	ok_cause("fragmentation", "unknown", "nobody", "an older module tells too little");
	extents_there.told = begins_meanwhile = true;
	ok_cause("fragmentation", "unknown", "nobody",
		 "nor do counters of a run that has just begun");
	begins_meanwhile = goes_on = false;
	ok_cause("fragmentation", "no", "gave all 3", "those of one that has do");
}

/* ---- the next step ---- */

int main(void)
{
	be_pv();
	test_pool();
	test_sample();
	test_more_blocks();
	test_pools();
	test_refusals();
	test_permission();
	test_memory();
	test_fragmentation();
	return done_testing();
}
