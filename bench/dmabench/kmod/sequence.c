// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fixed sequence of requests through the DMA API, and where each was placed.
 *
 * Lines of the input:
 *   mask BITS | min_align MASK | boundary MASK    limits of the device, from here on
 *   map ID SIZE to|from|both [OFFSET]             OFFSET: of the buffer in its first page
 *   sync ID cpu|device OFFSET SIZE
 *   unmap ID
 *   leak ID                                       never unmap it, on purpose
 *   swap PAGE PAGE                                of the buffer: let them swap machine frames
 * Lines of the output, one a map: ID, then 'failed - -', or 'direct', 'bounced' or 'translated',
 * the bus address, and the number of its slot in the kernel's own pool ('-' if not there).
 * All map one buffer that lies out of the device's reach while the mask is 32 bits.
 */
#include <linux/io.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "address.h"
#include "bench.h"
#include "scatter.h"

#define SOURCE_SIZE (2 << 20)

struct request {
	dma_addr_t bus;
	unsigned int size;
	enum dma_data_direction dir;
	bool live;
};

static int prepare(struct bench *bench)
{
	struct sequence *s = &bench->sequence;
	int rc;

	if (s->live)
		return 0;
	dma_set_min_align_mask(bench->dev, 0);
	dma_set_seg_boundary(bench->dev, U32_MAX);
	rc = dma_set_mask_and_coherent(bench->dev, DMA_BIT_MASK(32));
	rc = rc
		     ?: buffers_get(&s->source, bench->dev, 1, SOURCE_SIZE, REACH_FAR,
				    nearest_cpu(bench->dev, 0));
	if (rc)
		return rc;
	s->live = kvcalloc(SEQUENCE_IDS, sizeof(*s->live), GFP_KERNEL);
	if (s->live)
		return 0;
	buffers_put(&s->source);
	return -ENOMEM;
}

static int direction(const char *word, enum dma_data_direction *dir)
{
	static const char *const words[] = { "both", "to", "from" };
	int i = match_string(words, ARRAY_SIZE(words), word);

	*dir = i;
	return i < 0 ? -EINVAL : 0;
}

static void tell(struct bench *bench, unsigned int id, phys_addr_t phys, dma_addr_t bus)
{
	long slot = address_slot(bench->dev, bus);
	struct text *t = &bench->sequence.result;

	text_printf(t, "%u %s %#llx ", id, route_names[address_route(bench->dev, phys, bus)], bus);
	if (slot < 0)
		text_printf(t, "-\n");
	else
		text_printf(t, "%ld\n", slot);
}

static int do_map(struct bench *bench, const char *args)
{
	struct sequence *s = &bench->sequence;
	unsigned int id, size, offset = 0;
	struct request *r;
	dma_addr_t bus;
	char word[5];

	if (sscanf(args, "%u %u %4s %u", &id, &size, word, &offset) < 3 || id >= SEQUENCE_IDS ||
	    !size || offset >= PAGE_SIZE || size > SOURCE_SIZE - offset || s->live[id].live)
		return -EINVAL;
	r = &s->live[id];
	if (direction(word, &r->dir))
		return -EINVAL;
	bus = dma_map_page_attrs(bench->dev, s->source.page[0], offset, size, r->dir,
				 DMA_ATTR_NO_WARN);
	if (dma_mapping_error(bench->dev, bus)) {
		text_printf(&s->result, "%u failed - -\n", id);
		return 0;
	}
	r->bus = bus;
	r->size = size;
	r->live = true;
	tell(bench, id, page_to_phys(s->source.page[0]) + offset, bus);
	return 0;
}

/* A map that failed leaves nothing to unmap, sync or leak: that is no error of the sequence. */
static void unmap(struct bench *bench, struct request *r)
{
	if (r->live)
		dma_unmap_page_attrs(bench->dev, r->bus, r->size, r->dir, 0);
	r->live = false;
}

static int do_unmap(struct bench *bench, const char *args)
{
	unsigned int id;

	if (kstrtouint(args, 10, &id) || id >= SEQUENCE_IDS)
		return -EINVAL;
	unmap(bench, &bench->sequence.live[id]);
	return 0;
}

static int do_leak(struct bench *bench, const char *args)
{
	unsigned int id;

	if (kstrtouint(args, 10, &id) || id >= SEQUENCE_IDS)
		return -EINVAL;
	bench->sequence.live[id].live = false;
	return 0;
}

static int do_sync(struct bench *bench, const char *args)
{
	unsigned int id, offset, size;
	struct request *r;
	char word[7];

	if (sscanf(args, "%u %6s %u %u", &id, word, &offset, &size) != 4 || id >= SEQUENCE_IDS)
		return -EINVAL;
	r = &bench->sequence.live[id];
	if (!r->live)
		return 0;
	if (offset >= r->size || size > r->size - offset)
		return -EINVAL;
	if (!strcmp(word, "cpu"))
		dma_sync_single_range_for_cpu(bench->dev, r->bus, offset, size, r->dir);
	else if (!strcmp(word, "device"))
		dma_sync_single_range_for_device(bench->dev, r->bus, offset, size, r->dir);
	else
		return -EINVAL;
	return 0;
}

static int do_mask(struct bench *bench, const char *args)
{
	unsigned int bits;

	if (kstrtouint(args, 10, &bits) || bits < 24 || bits > 64)
		return -EINVAL;
	return dma_set_mask_and_coherent(bench->dev, DMA_BIT_MASK(bits));
}

static int do_min_align(struct bench *bench, const char *args)
{
	unsigned int mask;

	if (kstrtouint(args, 0, &mask))
		return -EINVAL;
	dma_set_min_align_mask(bench->dev, mask);
	return 0;
}

static int do_boundary(struct bench *bench, const char *args)
{
	unsigned long mask;

	if (kstrtoul(args, 0, &mask))
		return -EINVAL;
	dma_set_seg_boundary(bench->dev, mask);
	return 0;
}

static int do_swap(struct bench *bench, const char *args)
{
	struct sequence *s = &bench->sequence;
	unsigned int *pages = s->swapped[s->swaps];
	int rc;

	if (s->swaps == SEQUENCE_SWAPS || sscanf(args, "%u %u", &pages[0], &pages[1]) != 2 ||
	    pages[0] >= SOURCE_SIZE / PAGE_SIZE || pages[1] >= SOURCE_SIZE / PAGE_SIZE)
		return -EINVAL;
	rc = scatter_swap(s->source.page[0] + pages[0], s->source.page[0] + pages[1]);
	s->swaps += !rc;
	return rc;
}

/* The last one first: the buffer goes back as it came. */
static void undo_swaps(struct sequence *s)
{
	struct page *source = s->swaps ? s->source.page[0] : NULL;

	while (s->swaps) {
		const unsigned int *pages = s->swapped[--s->swaps];

		scatter_swap(source + pages[0], source + pages[1]);
	}
}

static const struct {
	const char *verb;
	int (*run)(struct bench *bench, const char *args);
} verbs[] = { { "map", do_map },           { "unmap", do_unmap }, { "sync", do_sync },
	      { "leak", do_leak },         { "mask", do_mask },   { "min_align", do_min_align },
	      { "boundary", do_boundary }, { "swap", do_swap } };

int sequence_line(struct bench *bench, char *line)
{
	struct sequence *s = &bench->sequence;
	const char *verb = strsep(&line, " ");
	unsigned int i;
	int rc;

	s->line++;
	if (!*verb || *verb == '#')
		return 0;
	rc = prepare(bench);
	for (i = 0; !rc && i < ARRAY_SIZE(verbs); i++) {
		if (!strcmp(verb, verbs[i].verb)) {
			rc = verbs[i].run(bench, line ? strim(line) : "");
			break;
		}
	}
	if (i == ARRAY_SIZE(verbs))
		rc = -EINVAL;
	if (rc)
		text_printf(&s->result, "error: line %u refused (%d)\n", s->line, rc);
	return rc;
}

void sequence_reset(struct bench *bench)
{
	struct sequence *s = &bench->sequence;
	unsigned int id;

	for (id = 0; s->live && id < SEQUENCE_IDS; id++)
		unmap(bench, &s->live[id]);
	undo_swaps(s);
	kvfree(s->live);
	s->live = NULL;
	buffers_put(&s->source);
	text_clear(&s->result);
	s->line = 0;
}
