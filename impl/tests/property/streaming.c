// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on streaming mappings: map, the device writes, sync, unmap.
 */
#include <stdlib.h>

#include "subject.h"

static void scribble(struct subject *s, u8 *p, u32 n)
{
	u32 i, seed = pick(s, 1 << 16);

	for (i = 0; i < n; i++)
		p[i] = (u8)(seed + i * 31 + (i >> 8));
}

static struct mapping *some_mapping(struct subject *s, bool live)
{
	u32 first = pick(s, MAPPINGS), k;

	for (k = 0; k < MAPPINGS; k++) {
		struct mapping *m = &s->map[(first + k) % MAPPINGS];

		if (m->live == live)
			return m;
	}
	return NULL;
}

/* Was it served by the pool kept for large maps? */
static bool is_large(const struct subject *s, u64 bus)
{
	const struct xsw_table *t = xsw_table_of(&s->e->pool[XSW_KIND_LARGE]);
	u32 id;

	for (id = 0; id < t->ids; id++) {
		const struct xsw_segment *seg = xsw_segment_at(t, id);

		if (seg && bus >= seg->bus && bus <= seg->top)
			return true;
	}
	return false;
}

static void device_read(struct subject *s, const struct mapping *m, u32 at, u32 n)
{
	u8 *seen = malloc(n);

	if (!model_dma_read(s->dev[m->device].dma_mask, m->bus + at, seen, n))
		wrong(s, "the device can't reach %llx", (unsigned long long)m->bus);
	if (memcmp(seen, m->dev + at, n))
		wrong(s, "the device sees other data than was mapped");
	free(seen);
}

static void check_failed(struct subject *s, const struct xsw_dev *d, u64 phys, u32 size,
			 const struct xsw_outcome *o)
{
	s->fails++;
	if (naive_has_fit(s, d, phys, size))
		wrong(s, "%u bytes at %llx failed as '%s', but a run is free", size,
		      (unsigned long long)phys, xsw_fail_name((enum xsw_fail)o->fail));
	if (o->fail == XSW_FAIL_NONE || o->slots || o->bus != XSW_BUS_ERROR)
		wrong(s, "a failed map gave something");
}

static void check_mapped(struct subject *s, struct mapping *m, const struct xsw_outcome *o)
{
	const struct xsw_dev *d = &s->dev[m->device];
	u32 offset = (u32)(m->phys & d->min_align_mask & (XSW_SLOT_SIZE - 1));
	u32 owner = (u32)(m - s->map) + 1;

	if (m->bus + m->size - 1 > d->dma_mask || (m->bus ^ m->phys) & d->min_align_mask)
		wrong(s, "%llx is out of reach or not aligned", (unsigned long long)m->bus);
	m->bounced = o->bounce != XSW_BOUNCE_NONE;
	if (!m->bounced)
		return;
	if ((m->bus ^ (m->bus + m->size - 1)) & ~d->boundary_mask)
		wrong(s, "a run crosses a boundary");
	if (o->slots != (offset + m->size + XSW_SLOT_SIZE - 1) / XSW_SLOT_SIZE)
		wrong(s, "%u slots for %u bytes", o->slots, m->size);
	m->slots = o->slots;
	s->bounces++;
	naive_take(s, m->bus - offset, m->slots, owner);
	if (is_large(s, m->bus))
		s->large_served++;
	else
		s->pool_slots_live += m->slots;
}

void op_map(struct subject *s)
{
	struct mapping *m = some_mapping(s, false);
	struct xsw_outcome o;
	u8 *cpu;

	if (!m)
		return;
	m->device = pick(s, DEVICES);
	if (!s->attached[m->device])
		return;
	m->size = random_size(s);
	m->phys = s->buffer + (u64)(m - s->map) * BUFFER_PAGES * XSW_PAGE_SIZE + pick(s, 4096);
	m->dir = (enum xsw_dir)pick(s, 3);
	cpu = xsw_phys_to_virt(m->phys);
	scribble(s, cpu, m->size);
	m->bus = model_map(&s->dev[m->device], m->phys, m->size, m->dir,
			   pick(s, 4) ? 0 : XSW_ATTR_SKIP_SYNC, &o);
	s->maps++;
	if (m->bus == XSW_BUS_ERROR) {
		check_failed(s, &s->dev[m->device], m->phys, m->size, &o);
		return;
	}
	m->live = true;
	m->left = false;
	check_mapped(s, m, &o);
	m->cpu = malloc(m->size);
	m->dev = malloc(m->size);
	memcpy(m->cpu, cpu, m->size);
	memcpy(m->dev, cpu, m->size);
	device_read(s, m, 0, m->size);
}

/* The CPU's copy changes with the buffer only where the mapping is direct */
void op_device_write(struct subject *s)
{
	struct mapping *m = some_mapping(s, true);
	u32 at, n;

	if (!m || !m->bounced)
		return;
	at = pick(s, m->size);
	n = 1 + pick(s, m->size - at);
	scribble(s, m->dev + at, n);
	if (!model_dma_write(s->dev[m->device].dma_mask, m->bus + at, m->dev + at, n))
		wrong(s, "the device can't write");
}

static void check_cpu(struct subject *s, const struct mapping *m)
{
	if (m->bounced && memcmp(xsw_phys_to_virt(m->phys), m->cpu, m->size))
		wrong(s, "the buffer of %llx has other data than it should",
		      (unsigned long long)m->bus);
}

void op_sync(struct subject *s)
{
	struct mapping *m = some_mapping(s, true);
	struct xsw_dev *d;
	u32 at, n;

	if (!m)
		return;
	d = &s->dev[m->device];
	at = pick(s, m->size);
	n = 1 + pick(s, m->size - at);
	if (pick(s, 2)) {
		if (xsw_sync_for_cpu(d, m->bus + at, n, m->dir) != m->bounced)
			wrong(s, "sync_for_cpu is not sure whether it bounced");
		if (m->dir != XSW_TO_DEVICE)
			memcpy(m->cpu + at, m->dev + at, n);
		check_cpu(s, m);
		return;
	}
	if (!m->bounced)
		return;
	scribble(s, m->cpu + at, n);
	memcpy((u8 *)xsw_phys_to_virt(m->phys) + at, m->cpu + at, n);
	xsw_sync_for_device(d, m->bus + at, n, m->dir);
	if (m->dir != XSW_FROM_DEVICE)
		memcpy(m->dev + at, m->cpu + at, n);
	device_read(s, m, at, n);
}

void subject_unmap(struct subject *s, struct mapping *m)
{
	const struct xsw_dev *d = &s->dev[m->device];
	u64 offset = m->phys & d->min_align_mask & (XSW_SLOT_SIZE - 1);
	bool large = is_large(s, m->bus);
	u32 attrs = pick(s, 5) ? 0 : XSW_ATTR_SKIP_SYNC, slots;

	device_read(s, m, 0, m->size);
	slots = xsw_unmap(&s->dev[m->device], m->bus, m->size, m->dir, attrs);
	if (m->bounced) {
		if (slots != m->slots)
			wrong(s, "unmap released %u slots of %u", slots, m->slots);
		if (!attrs && m->dir != XSW_TO_DEVICE)
			memcpy(m->cpu, m->dev, m->size);
		naive_give(s, m->bus - offset, m->slots, (u32)(m - s->map) + 1);
		if (!large)
			s->pool_slots_live -= m->slots;
		if (m->left)
			s->left_slots -= m->slots;
		check_cpu(s, m);
	} else if (slots) {
		wrong(s, "unmap of a direct mapping released slots");
	}
	free(m->cpu);
	free(m->dev);
	m->live = false;
}

void op_unmap(struct subject *s)
{
	struct mapping *m = some_mapping(s, true);

	if (m)
		subject_unmap(s, m);
}
