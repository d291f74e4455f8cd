/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Masks of devices.
 */
#ifndef FAKE_LINUX_DMA_MAPPING_H
#define FAKE_LINUX_DMA_MAPPING_H

#define DMA_BIT_MASK(n) ((n) == 64 ? ~0ULL : (1ULL << (n)) - 1)

#endif /* FAKE_LINUX_DMA_MAPPING_H */
