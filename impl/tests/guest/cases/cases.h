/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cases: a driver whose probe tries the DMA API of its device and logs one TAP line a check.
 *
 * It plays the device too: at a bus address it reads and writes machine memory through the
 * M2P, as many bytes as it likes.
 */
#ifndef XSW_TEST_CASES_H
#define XSW_TEST_CASES_H

#include <linux/dma-mapping.h>
#include <linux/pci.h>
#include <linux/types.h>

/** ok() - log one check; @what and what follows name it */
#define ok(passed, what, ...) tap_check(passed, what, ##__VA_ARGS__)
__printf(2, 3) void tap_check(bool passed, const char *what, ...);

/** device_read(), device_write() - what a device would, at machine address @bus */
void device_read(dma_addr_t bus, void *to, size_t size);
void device_write(dma_addr_t bus, const void *from, size_t size);

/** filled() - are all @size bytes at @p equal to @value? */
bool filled(const void *p, u8 value, size_t size);

/** is_bounced() - is @bus another address than the buffer's own machine address? */
bool is_bounced(const void *buffer, dma_addr_t bus);

void streaming_cases(struct device *dev);
void limit_cases(struct device *dev);
void mask_cases(struct device *dev);
void coherent_cases(struct device *dev);

/* late.c: what is still there when the driver has gone, and a block beside it */
void late_begin(struct device *dev);
void neighbour_begin(struct device *dev);
void neighbour_end(struct device *dev);

/* misuse.c: what a driver must not do */
void keep_begin(struct device *dev);
void keep_end(struct device *dev);
void stray_cases(struct device *dev);
void mask_0_case(struct device *dev);

/* noio.c */
void noio_case(struct device *dev);

#endif /* XSW_TEST_CASES_H */
