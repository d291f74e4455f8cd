// SPDX-License-Identifier: GPL-2.0-only
/* The file that record writes and report reads. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <zlib.h>

#include "show/output.h"
#include "show/recording.h"
#include "show/text.h"
#include "engine/name.h"

static uint32_t checksum_of(const struct recording_block *b, const void *payload)
{
	uLong sum = crc32(0, (const void *)b, offsetof(struct recording_block, checksum));

	return crc32(sum, payload, b->bytes);
}

static void put_block(struct recording_writer *w, uint32_t kind, const void *payload,
		      uint32_t bytes)
{
	struct recording_block b = { .kind = kind, .bytes = bytes, .sequence = w->sequence++ };

	b.checksum = checksum_of(&b, payload);
	if (w->failed)
		return;
	/* out at once: what is written is not lost with the writer */
	if (fwrite(&b, sizeof(b), 1, w->f) != 1 || fwrite(payload, bytes, 1, w->f) != 1 ||
	    fflush(w->f))
		w->failed = errno ?: EIO;
}

int recording_create(struct recording_writer *w, const char *path,
		     const struct recording_head *head)
{
	memset(w, 0, sizeof(*w));
	w->f = output_open(path);
	if (!w->f)
		return errno;
	if (fwrite(head, sizeof(*head), 1, w->f) != 1 || fflush(w->f))
		return errno;
	return 0;
}

/* What waits goes out as a block. */
static void flush(struct recording_writer *w)
{
	if (w->filled)
		put_block(w, RECORDING_EVENTS, w->waiting, w->filled * sizeof(w->waiting[0]));
	w->filled = 0;
}

void recording_event(struct recording_writer *w, const struct recording_event *e)
{
	w->waiting[w->filled++] = *e;
	w->events++;
	if (w->filled == sizeof(w->waiting) / sizeof(w->waiting[0]))
		flush(w);
}

void recording_device(struct recording_writer *w, const struct recording_device *d)
{
	flush(w);
	put_block(w, RECORDING_DEVICE, d, sizeof(*d));
}

void recording_lost(struct recording_writer *w, uint64_t ns, uint64_t events)
{
	struct recording_lost lost = { .ns = ns, .events = events };

	flush(w);
	w->lost += events;
	put_block(w, RECORDING_LOST, &lost, sizeof(lost));
}

int recording_close(struct recording_writer *w, uint64_t ns)
{
	struct recording_end end = { .ns = ns };

	flush(w);
	end.events = w->events;
	end.lost = w->lost;
	put_block(w, RECORDING_END, &end, sizeof(end));
	if (fclose(w->f) && !w->failed)
		w->failed = errno;
	return w->failed;
}

/* What a longer head has; what is not there stays 0. */
static bool read_more(struct recording_reader *r)
{
	size_t whole = r->head.head_bytes < sizeof(r->head) ? r->head.head_bytes : sizeof(r->head);
	size_t more = whole - RECORDING_HEAD_LEAST;

	return !more || fread((char *)&r->head + RECORDING_HEAD_LEAST, more, 1, r->f) == 1;
}

const char *recording_open(struct recording_reader *r, const char *path)
{
	memset(r, 0, sizeof(*r));
	r->f = fopen(path, "rb");
	if (!r->f)
		return strerror(errno);
	if (fread(&r->head, RECORDING_HEAD_LEAST, 1, r->f) != 1 ||
	    memcmp(r->head.magic, RECORDING_MAGIC, sizeof(r->head.magic)))
		return "it is not a recording of xswbounce";
	if (r->head.order != RECORDING_ORDER)
		return "it was recorded on a machine of the other byte order";
	if (r->head.version != RECORDING_VERSION)
		return "its version is not the one this tool reads";
	if (r->head.head_bytes < RECORDING_HEAD_LEAST || r->head.head_bytes > RECORDING_BLOCK ||
	    r->head.event_bytes != sizeof(struct recording_event))
		return "its head is damaged";
	if (!read_more(r))
		return "it was cut off within its head";
	name_clean(r->head.kernel, sizeof(r->head.kernel));
	name_clean(r->head.backend, sizeof(r->head.backend));
	name_clean(r->head.machine, sizeof(r->head.machine));
	name_clean(r->head.command_line, sizeof(r->head.command_line));
	name_clean(r->head.xen, sizeof(r->head.xen));
	name_clean(r->head.clock, sizeof(r->head.clock));
	if (fseek(r->f, r->head.head_bytes, SEEK_SET))
		return strerror(errno);
	return NULL;
}

static uint32_t ends(struct recording_reader *r, enum recording_state state)
{
	r->state = state;
	return 0;
}

static bool ends_in_order(struct recording_reader *r, const struct recording_end *end)
{
	return end->events == r->events && end->lost == r->lost && fgetc(r->f) == EOF;
}

/* A payload is as long as its kind says: no kind is taken for another. */
static bool take_payload(struct recording_reader *r, const struct recording_block *b, void *payload)
{
	struct recording_device *d = payload;

	switch (b->kind) {
	case RECORDING_DEVICE:
		if (b->bytes != sizeof(*d))
			return false;
		name_clean(d->name, sizeof(d->name));
		name_clean(d->driver, sizeof(d->driver));
		name_clean(d->backend, sizeof(d->backend));
		return true;
	case RECORDING_EVENTS:
		r->events += b->bytes / sizeof(struct recording_event);
		return b->bytes % sizeof(struct recording_event) == 0;
	case RECORDING_LOST:
		if (b->bytes != sizeof(struct recording_lost))
			return false;
		r->lost += ((struct recording_lost *)payload)->events;
		return true;
	case RECORDING_END:
		return b->bytes == sizeof(struct recording_end) && ends_in_order(r, payload);
	}
	return false;
}

uint32_t recording_next(struct recording_reader *r, void *payload, uint32_t *bytes)
{
	struct recording_block b;
	size_t n;

	if (r->ended)
		return ends(r, RECORDING_GOOD);
	r->offset = ftell(r->f);
	n = fread(&b, 1, sizeof(b), r->f);
	if (n < sizeof(b))
		return ends(r, RECORDING_CUT);
	if (b.bytes > RECORDING_BLOCK || b.sequence != r->sequence++)
		return ends(r, RECORDING_DAMAGED);
	n = fread(payload, 1, b.bytes, r->f);
	if (n < b.bytes)
		return ends(r, RECORDING_CUT);
	if (checksum_of(&b, payload) != b.checksum || !take_payload(r, &b, payload))
		return ends(r, RECORDING_DAMAGED);
	r->ended = b.kind == RECORDING_END;
	*bytes = b.bytes;
	return b.kind;
}
