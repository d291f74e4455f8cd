// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk over a P2M that is made up, all of it and sampled, and where buffers straddle:
 * contiguity.bpf.c as plain C.
 */
#include <stdbool.h>

#include "bpf/shared.h"

/* Of the module's event of a map: reason, address and size, then its PCI address. */
#define FIELD(at)                       \
	{                               \
		.offset = at, .size = 8 \
	}
const volatile struct xb_events module_events = {
	.map = { .reason = FIELD(0), .phys = FIELD(8), .size = FIELD(16), .devfn = FIELD(24) }
};

#include "bpf/contiguity.bpf.c"

#include "ok.h"

#define BLOCKS 4096 /* 8 GiB */
#define PAGES  ((u64)BLOCKS * XB_BLOCK_PAGES)

static u64 p2m_there[PAGES], m2p_there[2 * PAGES];

/* In pieces of that many blocks */
static void look_by(u64 of_stride, u64 piece)
{
	u64 all = (BLOCKS + of_stride - 1) / of_stride;

	memset(&contiguity, 0, sizeof(contiguity));
	stride = of_stride;
	for (first = 0; first < all; first += piece) {
		blocks = all - first < piece ? all - first : piece;
		walk(NULL);
	}
}

static void look(u64 of_stride)
{
	look_by(of_stride, XB_PIECE);
}

static void set_contiguous(u64 block, u64 frame)
{
	u64 i;

	for (i = 0; i < XB_BLOCK_PAGES; i++)
		p2m_there[block * XB_BLOCK_PAGES + i] = frame + i;
}

static void set_scattered(u64 block, u64 frame)
{
	u64 i;

	for (i = 0; i < XB_BLOCK_PAGES; i++)
		p2m_there[block * XB_BLOCK_PAGES + i] = frame + (i ^ 1);
}

static bool within(u64 is, u64 wanted, u64 permille)
{
	u64 off = is > wanted ? is - wanted : wanted - is;

	if (off * 1000 > wanted * permille)
		printf("# %llu, not %llu\n", is, wanted);
	return off * 1000 <= wanted * permille;
}

static void test_walk(void)
{
	u64 block, sum = 0;
	int order;

	for (block = 0; block < BLOCKS; block++)
		set_contiguous(block, block * XB_BLOCK_PAGES);
	set_scattered(5, 5 * XB_BLOCK_PAGES);
	p2m_there[6 * XB_BLOCK_PAGES] = ~0ULL;                 /* none */
	p2m_there[7 * XB_BLOCK_PAGES] |= XB_P2M_FOREIGN;       /* granted */
	p2m_there[8 * XB_BLOCK_PAGES + 256] = 2 * PAGES - 100; /* another frame */
	look(1);
	for (order = 0; order < XB_ORDERS; order++)
		sum += contiguity.largest[order];
	ok(contiguity.pages == PAGES - 2 && sum == PAGES - 2, "each page of ours is of one order");
	ok(contiguity.largest[9] == (BLOCKS - 4) * XB_BLOCK_PAGES, "whole blocks");
	ok(contiguity.largest[8] == 3 * 256, "halves of what has a hole");
	ok(contiguity.largest[0] == 512 + 4, "and what is alone");
	ok(contiguity.below_4g == (1 << 20) - 2 - 1, "frames below 4 GiB");
	ok(contiguity.low == contiguity.below_4g, "are those below 2^32");
	low_limit = 1 << 18;
	look(1);
	ok(contiguity.low == (1 << 18) - 3 && contiguity.below_4g == (1 << 20) - 3,
	   "those are told whatever width is asked for");
	low_limit = XB_4G_FRAMES;
	ok(contiguity.highest == 2 * PAGES - 99, "the highest frame is known");
}

/* A domain that was given its memory in turn: each eighth block is contiguous. */
static void test_sample(void)
{
	struct xb_contiguity in_pieces;
	u64 block, whole, low;

	for (block = 0; block < BLOCKS; block++)
		(block % 8 ? set_scattered : set_contiguous)(block, block * XB_BLOCK_PAGES);
	look(1);
	whole = contiguity.largest[9];
	low = contiguity.low;
	ok(whole == PAGES / 8, "all that is looked at is counted");
	look(8);
	ok(contiguity.pages == PAGES / 8, "of a stride one block is");
	ok(within(contiguity.largest[9] * 8, whole, 300),
	   "memory with the period of the stride looks no other");
	ok(within(contiguity.low * 8, low, 20), "its low part is as large");
	look(16);
	ok(within(contiguity.largest[9] * 16, whole, 400), "nor that with half of it");
	for (block = BLOCKS - 5; block < BLOCKS; block++)
		memset(&p2m_there[block * XB_BLOCK_PAGES], 0xff, XB_BLOCK_PAGES * 8);
	look(8);
	ok(contiguity.pages <= PAGES / 8, "where memory ends nothing is counted");
	in_pieces = contiguity;
	look_by(8, BLOCKS);
	ok(!memcmp(&in_pieces, &contiguity, sizeof(contiguity)),
	   "in pieces the walk finds what it finds in one");
}

static u64 counted(u64 dev, u64 mib)
{
	struct xb_range_key key = { .dev = dev, .mib = mib };
	struct xb_range *r = bpf_map_lookup_elem(&ranges, &key);

	return r ? r->bounces : 0;
}

static void mapped(u64 reason, u64 phys)
{
	u64 record[XB_RECORD / sizeof(u64)] = { reason, phys, 4096, 5 << 3 };

	module_map(record);
}

static struct io_tlb_mem pool;
static u64 mask = ~0ULL;
static struct device card = { .dma_mask = &mask, .dma_io_tlb_mem = &pool };

/* Frame 5000 lies beneath our page 1000; another domain has frame 6000, as its page 2000, which is
 * a page of ours, too. */
static void test_bounces(void)
{
	p2m = (u64)p2m_there;
	p2m_there[1000] = 5000;
	m2p_there[5000] = 1000;
	p2m_there[2000] = 7000;
	m2p_there[6000] = 2000;
	m2p_there[6001] = ~0ULL; /* no domain's */
	bounced(NULL, &card, 5000 << 12 | 2048, 4096);
	ok(straddles == 1 && counted((u64)&card, 1000 >> 8) == 1, "a buffer lies in its MiB");
	bounced(NULL, &card, 6000 << 12 | 2048, 4096);
	ok(!counted((u64)&card, 2000 >> 8) && counted((u64)&card, XB_OTHERS_MIB) == 1,
	   "one of another domain's in none of ours, for its number there is not ours");
	bounced(NULL, &card, 6001 << 12 | 2048, 4096);
	ok(straddles == 3 && counted((u64)&card, XB_OTHERS_MIB) == 2, "nor one of nobody's");
	bounced(NULL, &card, 5000 << 12, 4096);
	ok(others == 1 && straddles == 3, "what crosses no page does not straddle");
}

/* A kernel that wants buffers aligned to their size bounces neighbours, too. */
static void test_neighbours(void)
{
	u64 i;

	straddles = others = 0;
	for (i = 0; i < 64; i++) {
		p2m_there[1200 + i] = 9001 + i;
		m2p_there[9001 + i] = 1200 + i;
	}
	bounced(NULL, &card, 9001 << 12, 8192);
	ok(others == 1 && !straddles, "neighbours on an odd frame bounce for their alignment");
	bounced(NULL, &card, 9001 << 12, 64 << 12);
	ok(others == 2 && !straddles, "as many as can be mapped at once, too");
	bounced(NULL, &card, (9001 << 12) + 2048, 8192);
	ok(others == 3 && !straddles, "or from the middle of a page on");
	p2m_there[1200 + 63] = 42;
	bounced(NULL, &card, 9001 << 12, 64 << 12);
	ok(others == 3 && straddles == 1, "if but the last is none, the buffer straddles");
}

static u64 mask_of(u64 dev, u64 mib)
{
	struct xb_range_key key = { .dev = dev, .mib = mib };
	struct xb_range *r = bpf_map_lookup_elem(&ranges, &key);

	return r ? r->mask : 1;
}

/* Frames 5000 and 5001 lie below 4 GiB, frame 5000 + 2^20 above. */
static void test_masks(void)
{
	u64 high = 5000 + XB_4G_FRAMES;

	straddles = others = 0;
	mask = 0xffffffff;
	bounced(NULL, &card, 5000 << 12 | 2048, 4096);
	ok(straddles == 1 && mask_of((u64)&card, 1000 >> 8) == mask,
	   "a narrow device straddles in its reach, and its mask is kept");
	bounced(NULL, &card, high << 12 | 2048, 4096);
	ok(others == 1 && straddles == 1, "beyond it bounces for its mask");
	mask = ~0ULL;
	card.bus_dma_limit = 0xffffffff;
	bounced(NULL, &card, high << 12 | 2048, 4096);
	ok(others == 2 && straddles == 1, "so it does if it is the bus that reaches no further");
	card.bus_dma_limit = 0;
	bounced(NULL, &card, 5000 << 12 | 2048, 4096);
	ok(mask_of((u64)&card, 1000 >> 8) == ~0ULL, "the mask that is kept is that of the last");
}

static void test_begin(void)
{
	straddles = others = 0;
	armed = false;
	bounced(NULL, &card, 5000 << 12 | 2048, 4096);
	mapped(XB_STRADDLE, 1000 << 12 | 2048);
	mapped(XB_MASK, 1000 << 12);
	ok(!straddles && !others, "nothing counts before the time does");
	armed = true;
}

static void test_module(void)
{
	u64 dev = XB_MODULE_DEVICE | 5 << 3;

	straddles = others = 0;
	mapped(XB_DIRECT, 1000 << 12);
	ok(!straddles && !others, "what does not bounce at the module is not counted");
	mapped(XB_STRADDLE, 1000 << 12 | 2048);
	mapped(XB_STRADDLE, 1000 << 12 | 2048);
	ok(straddles == 2 && counted(dev, 1000 >> 8) == 2,
	   "what straddles there is, by device and place");
	mapped(XB_MASK, 1000 << 12);
	mapped(XB_FORCED, 1000 << 12);
	ok(others == 2 && straddles == 2, "what bounces for other reasons is told apart");
	p2m_there[1001] = 6000 | XB_P2M_FOREIGN;
	mapped(XB_STRADDLE, 1001 << 12 | 2048);
	ok(counted(dev, XB_OTHERS_MIB) == 1 && counted(dev, 1000 >> 8) == 2,
	   "a granted page is another domain's there, too");
}

int main(void)
{
	p2m = (u64)p2m_there;
	p2m_size = PAGES;
	m2p = (u64)m2p_there;
	low_limit = XB_4G_FRAMES;
	test_walk();
	test_sample();
	armed = true;
	test_bounces();
	test_neighbours();
	test_masks();
	test_module();
	test_begin();
	return done_testing();
}
