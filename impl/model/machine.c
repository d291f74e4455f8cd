// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model machine's frames and pages, and the device that reaches them.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "machine_state.h"
#include "told.h"

/* The direct map: a page's CPU address is aligned as its number is, up to the highest order */
#define MEMORY_ALIGN (4u << 20)

struct model_machine machine;
struct model_faults model_faults;
struct model_counts model_counts;
u64 *model_p2m;
u64 model_pages;

u64 model_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static void *array(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p) {
		fprintf(stderr, "model: no memory for %zu entries\n", n);
		exit(1);
	}
	return p;
}

void model_set_frame(u64 mfn, struct model_frame f)
{
	machine.ours -= machine.frame[mfn].owner == MODEL_OURS;
	machine.ours += f.owner == MODEL_OURS;
	machine.frame[mfn] = f;
}

void model_own(u64 pfn, u64 mfn)
{
	model_set_frame(mfn, (struct model_frame){ .owner = MODEL_OURS, .pfn = pfn, .m2p = pfn });
	model_p2m[pfn] = mfn;
}

/* The domain's pages get frames in a random order, the first ones contiguous if asked */
static void scatter(const struct model_config *c)
{
	u64 n = c->pages - c->contiguous_pages, i;
	u64 *order = array(n + 1, sizeof(*order));

	for (i = 0; i < n; i++)
		order[i] = c->first_mfn + i;
	for (i = n; i > 1; i--) {
		u64 k = model_random(&machine.seed) % i, swap = order[i - 1];

		order[i - 1] = order[k];
		order[k] = swap;
	}
	for (i = 0; i < c->contiguous_pages; i++)
		model_own(i, c->contiguous_mfn + i);
	for (i = 0; i < n; i++)
		model_own(c->contiguous_pages + i, order[i]);
	free(order);
}

void model_start(const struct model_config *c)
{
	u64 i;

	machine.config = *c;
	machine.seed = c->seed;
	machine.frame = array(c->frames, sizeof(*machine.frame));
	machine.page_used = array(c->pages, 1);
	model_p2m = array(c->pages, sizeof(*model_p2m));
	model_pages = c->pages;
	machine.mapping_size = (c->pages << XSW_PAGE_SHIFT) + MEMORY_ALIGN;
	machine.mapping = mmap(NULL, machine.mapping_size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (machine.mapping == MAP_FAILED) {
		perror("model: mmap");
		exit(1);
	}
	machine.memory = (u8 *)(((uintptr_t)machine.mapping + MEMORY_ALIGN - 1) &
				~(uintptr_t)(MEMORY_ALIGN - 1));
	for (i = 0; i < c->low_free; i++)
		machine.frame[c->low_first + i].owner = MODEL_XEN;
	scatter(c);
	model_faults = (struct model_faults){ 0 };
	model_counts = (struct model_counts){ .zallocs = model_counts.zallocs };
	model_told = (struct model_told){ 0 };
}

void model_stop(void)
{
	munmap(machine.mapping, machine.mapping_size);
	free(machine.frame);
	free(machine.page_used);
	free(model_p2m);
	machine = (struct model_machine){ 0 };
	model_p2m = NULL;
	model_pages = 0;
}

void *xsw_phys_to_virt(u64 phys)
{
	return machine.memory + phys;
}

/* From the top down, so that the page allocator's large blocks stay whole below */
u64 model_buffer(u64 pages, bool contiguous)
{
	u64 pfn, i;

	for (pfn = model_pages - pages; pfn > 0; pfn--) {
		bool fits = true;

		for (i = 0; i < pages && fits; i++)
			fits = !machine.page_used[pfn + i] && xsw_pfn_is_ours(pfn + i);
		if (!fits)
			continue;
		for (i = 0; i < pages; i++)
			machine.page_used[pfn + i] = 1;
		for (i = 1; i < pages && contiguous; i++)
			model_set_mfn(pfn + i, model_p2m[pfn] + i);
		return pfn << XSW_PAGE_SHIFT;
	}
	fprintf(stderr, "model: no %llu free pages\n", (unsigned long long)pages);
	exit(1);
}

void model_free_buffer(u64 phys, u64 pages)
{
	memset(machine.page_used + (phys >> XSW_PAGE_SHIFT), 0, pages);
}

/* The page and whoever has that frame now change frames */
void model_set_mfn(u64 pfn, u64 mfn)
{
	u64 was = model_p2m[pfn];
	struct model_frame other = machine.frame[mfn];

	if (was == mfn)
		return;
	model_own(pfn, mfn);
	if (other.owner == MODEL_OURS)
		model_own(other.pfn, was);
	else
		model_set_frame(was, other);
}

void model_grant(u64 pfn, u64 m2p_pfn)
{
	u64 mfn = model_p2m[pfn];

	model_set_frame(mfn,
			(struct model_frame){ .owner = MODEL_GRANTED, .pfn = pfn, .m2p = m2p_pfn });
	model_p2m[pfn] = mfn | MODEL_FOREIGN;
}

void model_identity(u64 pfn, u64 mfn)
{
	model_set_frame(model_p2m[pfn], (struct model_frame){ .owner = MODEL_OTHER_DOMAIN });
	model_set_frame(mfn, (struct model_frame){ .owner = MODEL_MMIO, .pfn = pfn, .m2p = mfn });
	model_p2m[pfn] = mfn | MODEL_IDENTITY;
}

void model_invalid(u64 pfn)
{
	model_set_frame(model_p2m[pfn], (struct model_frame){ .owner = MODEL_OTHER_DOMAIN });
	model_p2m[pfn] = ~0ULL;
}

u64 model_m2p(u64 mfn)
{
	return machine.frame[mfn].m2p;
}

enum model_owner model_frame_owner(u64 mfn)
{
	return machine.frame[mfn].owner;
}

u64 model_xen_low_free(void)
{
	u64 n = 0, i;

	for (i = 0; i < machine.config.frames && i < 1ULL << 20; i++)
		n += machine.frame[i].owner == MODEL_XEN;
	return n;
}

u64 model_used_pages(void)
{
	u64 n = 0, i;

	for (i = 0; i < model_pages; i++)
		n += machine.page_used[i];
	return n;
}

bool model_consistent(void)
{
	u64 mapped = 0, i;

	for (i = 0; i < model_pages; i++) {
		u64 mfn = model_p2m[i];

		if (mfn >> 62)
			continue;
		mapped++;
		if (machine.frame[mfn].owner != MODEL_OURS || machine.frame[mfn].pfn != i ||
		    machine.frame[mfn].m2p != i)
			return false;
	}
	return machine.ours == mapped;
}

static u8 *dma_page(u64 mask, u64 bus)
{
	u64 mfn = bus >> XSW_PAGE_SHIFT;
	const struct model_frame *f = &machine.frame[mfn];

	if (bus > mask || mfn >= machine.config.frames ||
	    (f->owner != MODEL_OURS && f->owner != MODEL_GRANTED)) {
		__atomic_fetch_add(&model_counts.violations, 1, __ATOMIC_RELAXED);
		return NULL;
	}
	return machine.memory + (f->pfn << XSW_PAGE_SHIFT) + (bus & (XSW_PAGE_SIZE - 1));
}

bool model_dma_read(u64 mask, u64 bus, void *to, size_t n)
{
	while (n) {
		size_t part = min(n, (size_t)(XSW_PAGE_SIZE - (bus & (XSW_PAGE_SIZE - 1))));
		const u8 *from = dma_page(mask, bus);

		if (!from)
			return false;
		memcpy(to, from, part);
		to = (u8 *)to + part;
		bus += part;
		n -= part;
	}
	return true;
}

bool model_dma_write(u64 mask, u64 bus, const void *from, size_t n)
{
	while (n) {
		size_t part = min(n, (size_t)(XSW_PAGE_SIZE - (bus & (XSW_PAGE_SIZE - 1))));
		u8 *to = dma_page(mask, bus);

		if (!to)
			return false;
		memcpy(to, from, part);
		from = (const u8 *)from + part;
		bus += part;
		n -= part;
	}
	return true;
}
