/* SPDX-License-Identifier: GPL-2.0-only */
/* The CRC-32 of recordings, as zlib's: 16 bytes a step. */
#ifndef REPLAY_CRC_H
#define REPLAY_CRC_H

#include "platform.h"

/** crc32_more() - the checksum of what @crc is of (0: nothing), and of these bytes behind it */
u32 crc32_more(u32 crc, const void *data, size_t n);

#endif /* REPLAY_CRC_H */
