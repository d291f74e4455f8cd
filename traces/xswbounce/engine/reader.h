/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a ring of messages, for a moment at a time.
 *
 * Where messages come as fast as they are read, the ring is never empty: reading must not wait for
 * that, or nothing else has its turn.
 */
#ifndef XB_READER_H
#define XB_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <bpf/libbpf.h>

#define READER_MOMENT 0.1 /* seconds */

/* Takes one message. Return: 0, or not 0 to stop reading for now. */
typedef int (*reader_visitor)(void *data, size_t size);

/**
 * reader_open() - read the ring of this map from now on; ends with one line if it can't be
 */
struct ring_buffer *reader_open(int map, reader_visitor visit);

/**
 * reader_poll() - what has come
 * Return: whether there may be more.
 */
bool reader_poll(struct ring_buffer *ring);

/**
 * reader_drain() - all that has come, whatever the visitor says, when nothing more comes
 * @seconds: how long it may take
 * Return: how many messages were left unread for want of time.
 */
unsigned int reader_drain(struct ring_buffer *ring, double seconds);

#endif /* XB_READER_H */
