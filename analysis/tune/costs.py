# SPDX-License-Identifier: GPL-2.0-only
"""What a bounced mapping costs, in instructions: README's table, measured in the kernel.

Instructions of map and unmap, less one copy of the size, by size in bytes; and of a copy. On a
machine of today a copy takes fewer instructions (one 'rep movs') but as much time.
"""
STOCK = ((512, 2744), (4096, 2712), (65536, 3938), (262144, 5887))
MODULE = ((512, 444), (4096, 444), (65536, 444), (262144, 525))
DIRECT = {"stock": 381, "module": 189}
COPY_BYTE = 0.375


def between(table, size):
    """Linear between the sizes that were measured, constant beyond."""
    if size <= table[0][0]:
        return table[0][1]
    for (low, first), (high, second) in zip(table, table[1:]):
        if size <= high:
            return first + (second - first) * (size - low) / (high - low)
    return table[-1][1]


def fixed(pool, sizes):
    """Of bounces {size class: number}, without their copies."""
    table = MODULE if pool == "module" else STOCK
    return sum(between(table, size) * count for size, count in sizes.items())


def copied(count_of_bytes):
    return COPY_BYTE * count_of_bytes


def not_bounced(pool, sizes, count_of_bytes):
    """What is saved if these are mapped as they are."""
    return fixed(pool, sizes) + copied(count_of_bytes) - DIRECT[pool] * sum(sizes.values())
