// SPDX-License-Identifier: GPL-2.0-only
/* The file that record writes and report reads. */
#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "output.h"
#include "recording.h"

static void put_block(struct recording_writer *w, uint32_t kind, const void *payload,
		      uint32_t bytes)
{
	struct recording_block b = { .kind = kind, .bytes = bytes, .sequence = w->sequence++ };

	b.checksum = crc32(0, payload, bytes);
	fwrite(&b, sizeof(b), 1, w->f);
	fwrite(payload, bytes, 1, w->f);
	fflush(w->f); /* what is written is not lost with the writer */
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

void recording_flush(struct recording_writer *w)
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
		recording_flush(w);
}

void recording_device(struct recording_writer *w, const struct recording_device *d)
{
	recording_flush(w);
	put_block(w, RECORDING_DEVICE, d, sizeof(*d));
}

void recording_lost(struct recording_writer *w, uint64_t ns, uint64_t events)
{
	struct recording_lost lost = { .ns = ns, .events = events };

	recording_flush(w);
	w->lost += events;
	put_block(w, RECORDING_LOST, &lost, sizeof(lost));
}

int recording_close(struct recording_writer *w, uint64_t ns)
{
	struct recording_end end = { .ns = ns };
	int failed;

	recording_flush(w);
	end.events = w->events;
	end.lost = w->lost;
	put_block(w, RECORDING_END, &end, sizeof(end));
	failed = ferror(w->f);
	if (fclose(w->f) || failed)
		return errno ?: EIO;
	return 0;
}

const char *recording_open(struct recording_reader *r, const char *path)
{
	memset(r, 0, sizeof(*r));
	r->f = fopen(path, "rb");
	if (!r->f)
		return strerror(errno);
	if (fread(&r->head, sizeof(r->head), 1, r->f) != 1 ||
	    memcmp(r->head.magic, RECORDING_MAGIC, sizeof(r->head.magic)))
		return "it is not a recording of xswbounce";
	if (r->head.order != RECORDING_ORDER)
		return "it was recorded on a machine of the other byte order";
	if (r->head.version != RECORDING_VERSION)
		return "its version is not the one this tool reads";
	if (r->head.head_bytes < sizeof(r->head) ||
	    r->head.event_bytes != sizeof(struct recording_event))
		return "its head is damaged";
	if (fseek(r->f, r->head.head_bytes, SEEK_SET))
		return strerror(errno);
	return NULL;
}

static uint32_t ends(struct recording_reader *r, enum recording_state state)
{
	r->state = state;
	return 0;
}

uint32_t recording_next(struct recording_reader *r, void *payload, uint32_t *bytes)
{
	struct recording_block b;
	size_t n;

	r->offset = ftell(r->f);
	n = fread(&b, 1, sizeof(b), r->f);
	if (n < sizeof(b))
		return ends(r, RECORDING_CUT);
	if (b.bytes > RECORDING_BLOCK || b.sequence != r->sequence++)
		return ends(r, RECORDING_DAMAGED);
	n = fread(payload, 1, b.bytes, r->f);
	if (n < b.bytes)
		return ends(r, RECORDING_CUT);
	if (crc32(0, payload, b.bytes) != b.checksum)
		return ends(r, RECORDING_DAMAGED);
	*bytes = b.bytes;
	return b.kind;
}
