// SPDX-License-Identifier: GPL-2.0-only
/*
 * sample: writes a recording of any length, version 2, for the test of the replay's rate.
 *
 *   sample EVENTS >FILE
 *
 * A load as a disk and a network card make it: mappings of 1.5 to 64 KiB that live until some
 * hundred others have come; each eighth is not bounced.  The same numbers give the same file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crc.h"
#include "recording.h"

#define LIVING 512u
#define PLACES 32768u /* of 128 slots each: an address is not used twice at once */

static u32 sequence;
static u64 seed = 1;

static u32 any(u32 below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(seed >> 33) % below;
}

static void put(u32 kind, const void *payload, u32 bytes)
{
	u32 block[4] = { kind, bytes, sequence++, 0 };

	block[3] = crc32_more(crc32_more(0, block, 12), payload, bytes);
	fwrite(block, sizeof(block), 1, stdout);
	fwrite(payload, bytes, 1, stdout);
}

static void put_head(void)
{
	struct {
		char magic[8];
		u32 version, order, head_bytes, event_bytes;
		u64 start_ns, start_real_ns, pool_slots, pool_used, module_bytes;
		u32 cpus, reserved;
		char text[64 + 16 + 16 + 256];
	} head = { "XSWREC\r", 2, 0x01020304, sizeof(head), REC_EVENT_BYTES, 0, 0, 32768, 0,
		   0,          4, 0,          "made up" };

	head.magic[7] = '\n';
	fwrite(&head, sizeof(head), 1, stdout);
}

static void put_device(u32 id, u32 min_align, const char *name)
{
	struct {
		u32 id, min_align;
		u64 mask, boundary;
		char name[32], driver[24], backend[16];
	} d = { id, min_align, 0xffffffff, 0xffffffff, "", "made-up", "swiotlb-xen" };

	strncpy(d.name, name, sizeof(d.name) - 1);
	put(1, &d, sizeof(d));
}

static struct rec_event make_map(u64 number, u32 place)
{
	static const u32 sizes[] = { 1522, 1522, 1522, 4096, 4096, 8192, 16384, 65536 };
	struct rec_event e = { .bus = (u64)place << 18,
			       .phys = (u64)any(1 << 20) << 12,
			       .size = sizes[any(8)],
			       .device = (u16)(1 + number % 2),
			       .cpu = (u16)any(4),
			       .call = REC_MAP,
			       .dir = (u8)(1 + any(2)),
			       .reason = any(8) ? 1 : 0 };

	if (!e.reason)
		e.bus += 1ULL << 40;
	return e;
}

int main(int argc, char **argv)
{
	static struct rec_event event[REC_EVENTS], living[LIVING];
	u64 events = argc == 2 ? strtoull(argv[1], NULL, 0) : 0, n;
	u64 end[3] = { 0, events, 0 };
	u32 k, place = 0;

	if (!events) {
		fprintf(stderr, "usage: sample EVENTS >FILE\n");
		return 2;
	}
	put_head();
	put_device(1, 4095, "0000:00:03.0");
	put_device(2, 0, "0000:00:04.0");
	for (n = 0; n < events; n++) {
		struct rec_event *e = &event[n % REC_EVENTS], *one = &living[any(LIVING)];

		*e = make_map(n, place);
		if (one->call) {
			*e = *one;
			e->call = REC_UNMAP;
			e->reason = 0;
			e->phys = 0;
			one->call = 0;
		} else {
			*one = *e;
			place = (place + 1) % PLACES;
		}
		e->ns = n * 1000;
		if (n % REC_EVENTS == REC_EVENTS - 1)
			put(2, event, sizeof(event));
	}
	k = (u32)(events % REC_EVENTS);
	if (k)
		put(2, event, k * REC_EVENT_BYTES);
	end[0] = events * 1000;
	put(4, end, sizeof(end));
	return ferror(stdout) || fflush(stdout);
}
