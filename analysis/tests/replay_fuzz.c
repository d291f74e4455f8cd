// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hostile recordings, through all of the replay.
 *
 * A libFuzzer target (make -C analysis/replay fuzz), or by itself a loop of mutations:
 *
 *   replay_fuzz SEED ROUNDS RECORDING...
 *
 * Checksums and sequence numbers are made right again after a mutation, seven times of eight: else
 * nothing behind them would ever be reached.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crc.h"
#include "load.h"
#include "print.h"
#include "sizes.h"

#define LONGEST (1u << 17)

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static u32 word(const u8 *at)
{
	u32 w;

	memcpy(&w, at, sizeof(w));
	return w;
}

static void put_word(u8 *at, u32 w)
{
	memcpy(at, &w, sizeof(w));
}

/* As the writer would have: each block's sequence and checksum */
static void repair(u8 *data, size_t size)
{
	u32 version = size > 24 ? word(data + 8) : 0, sequence = 0;
	size_t at = size > 24 ? word(data + 16) : size;

	for (; at + 16 <= size && (version == 1 || version == 2); sequence++) {
		u8 *b = data + at;
		u32 bytes = word(b + 4);

		if (bytes > size - at - 16)
			return;
		put_word(b + (version == 1 ? 12 : 8), sequence);
		if (version == 1)
			put_word(b + 8, crc32_more(0, b + 16, bytes));
		else
			put_word(b + 12, crc32_more(crc32_more(0, b, 12), b + 16, bytes));
		at += 16 + bytes;
	}
}

static void run(const struct load_options *options, const struct load_scan *scan)
{
	struct load_ghosts ghosts = { 0 };
	struct pools pools = { .timeline = timeline_for(scan->ns, options->points) };
	struct sizes sizes = { .stock = true, .module = true, .areas = { 1, { 4 } } };
	struct run_cost cost = { 0 };
	FILE *nowhere = fopen("/dev/null", "w");
	struct load l;

	sizes.slots = (struct numbers){ 2, { 512, 1024 } };
	if (!load_find_ghosts(options, scan, &ghosts) && nowhere) {
		if (!load_open(&l, options, scan, &ghosts) && sizes_open(&sizes, &pools, 0, 0, 0) &&
		    !load_run(&l, &pools)) {
			pools_end(&pools);
			print_result(nowhere, &l, &pools, &cost);
		}
		load_close(&l);
	}
	if (nowhere)
		fclose(nowhere);
	pools_free(&pools);
	load_forget_ghosts(&ghosts);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static u8 copy[LONGEST];
	struct load_options options = { .of = { true, true }, .copies = 1, .points = 7 };
	struct load_scan scan;
	char path[32];
	u8 how;
	int fd;

	if (!size || size > LONGEST)
		return 0;
	how = data[--size];
	memcpy(copy, data, size);
	if (how & 7)
		repair(copy, size);
	fd = memfd_create("recording", 0);
	if (fd < 0 || write(fd, copy, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	options.path = path;
	options.across_gaps = how & 8;
	options.copies = how & 16 ? 2 : 1;
	options.shift = 5;
	options.split = how & 32 ? 4096 : 0;
	options.queue = how & 64 ? 3 : 0;
	if (!load_scan(&options, &scan) && scan.replayed)
		run(&options, &scan);
	load_forget_scan(&scan);
	close(fd);
	return 0;
}

#ifndef LIBFUZZER
static u64 state;

static u32 any(u32 below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(state >> 33) % below;
}

/* Bits, bytes, lengths, and blocks that are cut out or come again */
static size_t mutate(u8 *data, size_t size)
{
	static const u32 odd[] = { 0, 1, 39, 40, 41, 65535, 65536, 65537, 0x7fffffff, 0xffffffff };
	u32 changes = 1 + any(8);
	size_t from, n;

	while (changes-- && size > 64) {
		switch (any(6)) {
		case 0:
			data[any((u32)size)] ^= (u8)(1u << any(8));
			break;
		case 1:
			data[any((u32)size)] = (u8)any(256);
			break;
		case 2:
			put_word(data + (any((u32)size - 4) & ~3u), odd[any(10)]);
			break;
		case 3:
			size -= any(64);
			break;
		case 4: /* events over others */
			n = any(min((u32)size, 200u));
			memmove(data + any((u32)(size - n)), data + any((u32)(size - n)), n);
			break;
		case 5: /* a piece again, at the end */
			from = any((u32)size);
			n = min(size - from, (size_t)any(400));
			if (size + n < LONGEST - 1) {
				memmove(data + size, data + from, n);
				size += n;
			}
			break;
		}
	}
	return size;
}

static size_t read_file(const char *path, u8 *to)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f) {
		perror(path);
		exit(1);
	}
	n = fread(to, 1, LONGEST - 1, f);
	fclose(f);
	return n;
}

int main(int argc, char **argv)
{
	static u8 data[LONGEST];
	u32 rounds, i;

	if (argc < 4) {
		fprintf(stderr, "usage: replay_fuzz SEED ROUNDS RECORDING...\n");
		return 2;
	}
	state = strtoull(argv[1], NULL, 0);
	rounds = (u32)strtoul(argv[2], NULL, 0);
	for (i = 0; i < rounds; i++) {
		size_t size = mutate(data, read_file(argv[3 + any((u32)argc - 3)], data));

		data[size++] = (u8)any(256);
		LLVMFuzzerTestOneInput(data, size);
	}
	printf("%u hostile recordings\n", rounds);
	return 0;
}
#endif
