// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a recording of xswbounce: the blocks, and what may stand in them.
 *
 * Little-endian, as the machine that reads it must be: the head's 'order' tells.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "crc.h"
#include "recording.h"

#define MAGIC "XSWREC\r\n"
#define ORDER 0x01020304u

struct file_start {
	char magic[8];
	u32 version, order, head_bytes, event_bytes;
};

struct file_head_1 {
	u64 start_ns, start_real_ns, pool_slots, pool_used;
	char kernel[64], backend[16], machine[16];
};

/* The members from 'pool_base' on are there if 'head_bytes' says so */
struct file_head_2 {
	u64 start_ns, start_real_ns, pool_slots, pool_used, module_bytes;
	u32 cpus, flags;
	char kernel[64], backend[16], machine[16], command_line[256];
	u64 pool_base;
	u32 areas, forced;
	char xen[32], clock[16];
};

#define FLAG_ONE_DEVICE 1u

#define HEAD_1 (sizeof(struct file_start) + sizeof(struct file_head_1))
#define HEAD_2 (sizeof(struct file_start) + offsetof(struct file_head_2, pool_base))

struct file_block {
	u32 kind, bytes;
	u32 third, fourth; /* version 1: checksum, sequence; version 2: sequence, checksum */
};

enum { KIND_DEVICE = 1, KIND_EVENTS, KIND_LOST, KIND_END };

struct file_device {
	u32 id, min_align_mask;
	u64 dma_mask, boundary_mask;
	char name[32], driver[24], backend[16];
};

struct file_event_1 {
	u64 ns, bus;
	u32 size, low, attrs;
	u16 device, cpu;
	u8 call, dir, reason, failed;
	u32 reserved;
};

struct file_lost {
	u64 ns, events;
};

struct file_end {
	u64 ns, events, lost;
};

_Static_assert(HEAD_1 == 152 && HEAD_2 == 424, "the heads that FORMAT.md defines");
_Static_assert(sizeof(struct file_device) == 96 && sizeof(struct file_event_1) == 40 &&
		       sizeof(struct rec_event) == 40,
	       "what blocks hold, as FORMAT.md defines it");

/* Text of the file: it ends, and has nothing a terminal or JSON would take for more than text */
static void take_text(char *to, const char *from, size_t n)
{
	size_t i;

	for (i = 0; i < n && from[i]; i++)
		to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	to[i] = 0;
}

static void take_head_1(struct rec_head *to, const struct file_head_1 *h)
{
	to->start_ns = h->start_ns;
	to->start_real_ns = h->start_real_ns;
	to->pool_slots = h->pool_slots;
	to->pool_used = h->pool_used;
	take_text(to->kernel, h->kernel, sizeof(h->kernel));
	take_text(to->backend, h->backend, sizeof(h->backend));
	take_text(to->machine, h->machine, sizeof(h->machine));
}

static void take_head_2(struct rec_head *to, const struct file_head_2 *h)
{
	to->start_ns = h->start_ns;
	to->start_real_ns = h->start_real_ns;
	to->pool_slots = h->pool_slots;
	to->pool_used = h->pool_used;
	to->module_bytes = h->module_bytes;
	to->cpus = h->cpus;
	to->one_device = h->flags & FLAG_ONE_DEVICE;
	to->pool_base = h->pool_base;
	to->areas = h->areas;
	to->forced = h->forced;
	take_text(to->kernel, h->kernel, sizeof(h->kernel));
	take_text(to->backend, h->backend, sizeof(h->backend));
	take_text(to->machine, h->machine, sizeof(h->machine));
	take_text(to->command_line, h->command_line, sizeof(h->command_line));
	take_text(to->xen, h->xen, sizeof(h->xen));
	take_text(to->clock, h->clock, sizeof(h->clock));
}

static const char *read_head(struct rec_reader *r)
{
	struct file_start s;
	union {
		struct file_head_1 one;
		struct file_head_2 two;
	} h = { 0 };
	size_t known, least, most, n;

	n = fread(&s, 1, sizeof(s), r->f);
	if (ferror(r->f))
		return strerror(errno);
	if (!n)
		return "it is empty";
	if (n < sizeof(s) || memcmp(s.magic, MAGIC, sizeof(s.magic)))
		return "it is not a recording of xswbounce";
	if (s.order != ORDER)
		return "it was recorded on a machine of the other byte order";
	if (s.version != 1 && s.version != 2)
		return s.version > 2 ? "a later version of xswbounce wrote it: use its replay"
				     : "its version is none that was ever written";
	least = s.version == 1 ? HEAD_1 : HEAD_2;
	most = sizeof(s) + (s.version == 1 ? sizeof(h.one) : sizeof(h.two));
	if (s.head_bytes < least || s.head_bytes > REC_BLOCK || s.event_bytes != REC_EVENT_BYTES)
		return "its head is damaged";
	known = min((size_t)s.head_bytes, most) - sizeof(s);
	if (fread(&h, 1, known, r->f) != known)
		return "it was cut off within its head";
	for (n = sizeof(s) + known; n < s.head_bytes; n++)
		if (fgetc(r->f) == EOF)
			return "it was cut off within its head";
	r->head.version = s.version;
	if (s.version == 1)
		take_head_1(&r->head, &h.one);
	else
		take_head_2(&r->head, &h.two);
	if (r->head.pool_used > r->head.pool_slots || r->head.pool_slots > 1u << 30 ||
	    r->head.cpus > 1u << 16 || r->head.areas > 1u << 16 ||
	    r->head.areas & (r->head.areas - 1))
		return "its head is damaged";
	r->offset = s.head_bytes;
	return NULL;
}

const char *rec_open(struct rec_reader *r, const char *path)
{
	struct stat what;

	memset(r, 0, sizeof(*r));
	r->device = calloc(REC_DEVICES, sizeof(*r->device));
	if (!r->device)
		return "no memory";
	r->device[0] = (struct rec_device){ .dma_mask = ~0ULL, .boundary_mask = ~0ULL };
	r->devices = 1;
	/* Before it is opened: opening a pipe waits for a writer. */
	if (stat(path, &what))
		return strerror(errno);
	if (S_ISDIR(what.st_mode))
		return strerror(EISDIR);
	if (!S_ISREG(what.st_mode))
		return "it is no file: a recording is read more than once";
	r->f = fopen(path, "rb");
	if (!r->f)
		return strerror(errno);
	setvbuf(r->f, NULL, _IOFBF, 1 << 18);
	return read_head(r);
}

void rec_close(struct rec_reader *r)
{
	if (r->f)
		fclose(r->f);
	free(r->device);
	r->f = NULL;
	r->device = NULL;
}

static bool damaged(struct rec_reader *r, const char *wrong)
{
	r->state = REC_DAMAGED;
	r->wrong = wrong;
	return false;
}

static bool is_low_ones(u64 mask)
{
	return !(mask & (mask + 1));
}

static bool take_device(struct rec_reader *r, const void *payload)
{
	const struct file_device *d = payload;
	struct rec_device *to;

	if (!d->id || d->id >= REC_DEVICES)
		return damaged(r, "a device has a number that none can have");
	to = &r->device[d->id];
	if (to->told)
		return damaged(r, "a device is described twice");
	if (!is_low_ones(d->min_align_mask) || d->min_align_mask >= 1u << 20 ||
	    !is_low_ones(d->boundary_mask))
		return damaged(r, "a device has limits that none can have");
	*to = (struct rec_device){
		.told = true,
		.min_align_mask = d->min_align_mask,
		.dma_mask = d->dma_mask ?: ~0ULL,
		.boundary_mask = d->boundary_mask ?: ~0ULL,
	};
	take_text(to->name, d->name, sizeof(d->name));
	take_text(to->driver, d->driver, sizeof(d->driver));
	take_text(to->backend, d->backend, sizeof(d->backend));
	to->module = !strcmp(to->backend, "xen_swiotlb");
	r->devices = max(r->devices, d->id + 1);
	return true;
}

static void from_version_1(struct rec_event *to, const struct file_event_1 *e)
{
	*to = (struct rec_event){
		.ns = e->ns,
		.bus = e->bus,
		.phys = e->low,
		.size = e->size,
		.attrs = e->attrs,
		.device = e->device,
		.cpu = e->cpu,
		.call = e->call,
		.dir = e->dir,
		.reason = e->reason,
		.failed = e->failed,
	};
}

static bool is_bounced(const struct rec_event *e)
{
	return (e->call == REC_MAP && e->reason && !e->failed) || e->call == REC_SLOT;
}

static const char *wrong_with(const struct rec_reader *r, const struct rec_event *e)
{
	if (e->call < REC_MAP || e->call > REC_SLOT)
		return "an event is of a kind that there is not";
	if (e->device >= r->devices || (e->device && !r->device[e->device].told))
		return "an event names a device that was not described";
	if (e->dir > 3 || e->reason > 4 || e->failed > 1)
		return "an event has a value that there is not";
	if (e->ns >> 62)
		return "an event lies at a time that cannot be";
	if (e->bus != REC_FAILED && e->bus + e->size < e->bus)
		return "a mapping goes beyond the last address";
	if (is_bounced(e) && (e->bus == REC_FAILED || !e->size || e->size > REC_MAPPING))
		return "a bounced mapping has a size or an address that none can have";
	return NULL;
}

static bool take_events(struct rec_reader *r, const void *payload, u32 bytes)
{
	u32 n = bytes / REC_EVENT_BYTES, i;

	if (bytes % REC_EVENT_BYTES)
		return damaged(r, "a block of events is not as long as its events");
	if (r->head.version == 1)
		for (i = 0; i < n; i++)
			from_version_1(&r->event[i], (const struct file_event_1 *)payload + i);
	else
		memcpy(r->event, payload, bytes);
	for (i = 0; i < n; i++) {
		const char *wrong = wrong_with(r, &r->event[i]);

		if (unlikely(wrong != NULL))
			return damaged(r, wrong);
	}
	r->nr_events = n;
	r->events += n;
	return true;
}

static bool take_end(struct rec_reader *r, const void *payload)
{
	const struct file_end *e = payload;

	if (e->events != r->events || e->lost != r->lost)
		return damaged(r, "its end counts other events than there are");
	if (fgetc(r->f) != EOF)
		return damaged(r, "something follows its end");
	r->ended = true;
	return true;
}

static bool take_payload(struct rec_reader *r, u32 kind, const void *payload, u32 bytes)
{
	static const u32 length[] = {
		[KIND_DEVICE] = sizeof(struct file_device),
		[KIND_LOST] = sizeof(struct file_lost),
		[KIND_END] = sizeof(struct file_end),
	};

	if (kind < KIND_DEVICE || kind > KIND_END)
		return damaged(r, "a block is of a kind that there is not");
	if (kind == KIND_EVENTS)
		return take_events(r, payload, bytes);
	if (bytes != length[kind])
		return damaged(r, "a block is not as long as its kind says");
	if (kind == KIND_DEVICE)
		return take_device(r, payload);
	if (kind == KIND_END)
		return take_end(r, payload);
	r->lost_here = ((const struct file_lost *)payload)->events;
	if (r->lost + r->lost_here < r->lost)
		return damaged(r, "it has lost more events than can be counted");
	r->lost += r->lost_here;
	return true;
}

static bool is_checked(const struct rec_reader *r, const struct file_block *b, const void *payload)
{
	if (r->head.version == 1)
		return crc32_more(0, payload, b->bytes) == b->third;
	return crc32_more(crc32_more(0, b, 12), payload, b->bytes) == b->fourth;
}

static bool read_block(struct rec_reader *r, struct file_block *b, void *payload)
{
	u64 sequence;

	r->state = REC_CUT;
	if (fread(b, 1, sizeof(*b), r->f) != sizeof(*b))
		return ferror(r->f) ? damaged(r, strerror(errno)) : false;
	sequence = r->head.version == 1 ? b->fourth : b->third;
	if (b->bytes > REC_BLOCK || sequence != r->sequence)
		return damaged(r, "a block is too long or out of its order");
	if (fread(payload, 1, b->bytes, r->f) != b->bytes)
		return ferror(r->f) ? damaged(r, strerror(errno)) : false;
	r->sequence++;
	return is_checked(r, b, payload) ? true : damaged(r, "a block's checksum is wrong");
}

enum rec_kind rec_next(struct rec_reader *r)
{
	static _Thread_local u64 payload[REC_BLOCK / 8];
	struct file_block b;

	r->state = REC_WHOLE;
	while (!r->ended) {
		r->nr_events = 0;
		r->lost_here = 0;
		if (!read_block(r, &b, payload) || !take_payload(r, b.kind, payload, b.bytes))
			return REC_NOTHING;
		r->state = REC_WHOLE;
		r->offset += sizeof(b) + b.bytes;
		if (b.kind == KIND_EVENTS && r->nr_events)
			return REC_KIND_EVENTS;
		if (b.kind == KIND_LOST && r->lost_here)
			return REC_KIND_LOST;
	}
	return REC_NOTHING;
}
