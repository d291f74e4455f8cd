#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes recordings into a folder: right, long, cut, damaged and hostile ones."""
import os
import struct
import sys
import zlib

DEVICE, EVENTS, LOST, END = 1, 2, 3, 4
MAP, UNMAP, SLOT = 1, 2, 7


def head(version=2, head_bytes=424, kernel=b"6.12.0", place=b"", backend=b"swiotlb-xen", flags=0):
    return (b"XSWREC\r\n" + struct.pack("<IIII", version, 0x01020304, head_bytes, 40) +
            struct.pack("<QQQQQII", 0, 0, 32768, 0, 0, 1, flags) + kernel.ljust(64, b"\0")[:64] +
            backend.ljust(16, b"\0") + b"dom0".ljust(16, b"\0") + b"".ljust(256, b"\0") + place)


def block(kind, sequence, payload):
    start = struct.pack("<III", kind, len(payload), sequence)
    return start + struct.pack("<I", zlib.crc32(start + payload)) + payload


def device(number, name=b"0000:00:04.0", driver=b"nvme", backend=b"swiotlb-xen"):
    return (struct.pack("<IIQQ", number, 0, 0xffffffff, 0xffffffff) + name.ljust(32, b"\0")[:32] +
            driver.ljust(24, b"\0")[:24] + backend.ljust(16, b"\0")[:16])


def event(ns, bus, size, call=MAP, direction=1, reason=1, failed=0, number=1, cpu=0):
    return struct.pack("<QQQIIHHBBBB", ns, bus, 0, size, 0, number, cpu, call, direction,
                       reason, failed)


def whole(events, devices=(device(1),), lost=0, **how):
    """Blocks of 1600 events, between the devices and an end in order."""
    out, sequence = head(**how), 0
    for one in devices:
        out += block(DEVICE, sequence, one)
        sequence += 1
    for at in range(0, len(events), 1600):
        out += block(EVENTS, sequence, b"".join(events[at:at + 1600]))
        sequence += 1
    if lost:
        out += block(LOST, sequence, struct.pack("<QQ", 1, lost))
        sequence += 1
    return out + block(END, sequence, struct.pack("<QQQ", len(events), len(events), lost))


def churn():
    """208,000 maps and unmaps, each on a new address, then 65 that live: 65 x 128 slots."""
    events = [event(n, 0x1000000 + n // 2 * 2048, 2048, MAP + n % 2) for n in range(416000)]
    return events + [event(416000 + n, 0x90000000 + n * 262144, 262144) for n in range(65)]


def main():
    folder = sys.argv[1]
    few = [event(1000, 0x100000, 4096), event(3000, 0x100000, 4096, UNMAP), event(2000, 0x200000, 2048)]
    good = whole(few)
    slots = [event(1, 0x100000, 2048, UNMAP), event(2, 0x200000, 2048),
             event(3, 0x100000, 2048, SLOT, number=0), event(4, 0x200000, 2048, SLOT, number=0),
             event(5, 0x300000, 4096, SLOT, number=0), event(6, 0x300000, 4096, UNMAP)]
    place = (struct.pack("<QII", 0x12340000, 4, 3) + b"4.20.0".ljust(32, b"\0") +
             b"tsc".ljust(16, b"\0"))
    second = device(2, b"0000:00:05.0", b"e1000")
    held = [event(1, 0x300000, 8192, SLOT, number=0), event(2, 0x400000, 2048, SLOT, number=0)] + few
    ring = [event(1, 0x100000, 2048, number=2), event(2, 0x100000, 2048, UNMAP, number=2),
            event(3, 0x100000, 2048, SLOT, number=2), event(4, 0x200000, 4096, SLOT, number=2)]
    files = {
        "one_device": whole(held, flags=1),
        "one_device_at_first": whole(few, flags=1),
        "held": whole(held + [event(4000, 0x300000, 8192, UNMAP)]),
        "no_unmaps": whole([event(n, 0x1000000 + n * 2048, 2048) for n in range(9)], backend=b"swiotlb"),
        "iommu": whole(few, backend=b"swiotlb", flags=2),
        "unmaps": whole(few, backend=b"swiotlb"),
        "late_ring": whole(ring, (device(1), device(2, b"0000:00:05.0", b"e1000", b"xen_swiotlb"))),
        "good": good,
        "many": whole([event(n, 0x1000000 + n * 4096, 2048) for n in range(208000)]),
        "churn": whole(churn()),
        "slots": whole(slots),
        "two_devices": whole(few + [event(4000, 0x300000, 8192, number=2)], (device(1), second)),
        "gap": whole(few, lost=7),
        "cut": good[:-30],
        "cut_in_head": good[:100],
        "longer": good + b"garbage" * 10,
        "twice": good + good,
        "placed": head(head_bytes=488, place=place) + good[424:],
        "placed_evil": head(head_bytes=488, place=place[:16] + b"\x1b" * 48) + good[424:],
        "placed_cut": head(head_bytes=488, place=place[:30]),
        "version_1": b"XSWREC\r\n" + struct.pack("<I", 1) + good[12:],
        "version_3": head(version=3) + good[424:],
        "huge_head": head(head_bytes=1 << 31) + good[424:],
        "escape": whole(few, (device(1, b"\x1b[31mEVIL\"\\\n\x01\xff"),)),
        "no_end_of_name": whole(few, (device(1, b"A" * 32, b"B" * 24, b"C" * 16),)),
        "limits": whole([event(1000, 0x100000, 0xffffffff), event(1000, 0, 0),
                         event(2**63, 2**64 - 1, 1, failed=1),
                         event(1500, 0x200000, 8192, reason=9, number=65535, call=200, direction=9)]),
        "kind_0": head() + block(0, 0, b"") + good[424:],
        "kind_9": head() + block(9, 0, b"") + good[424:],
        "short_lost": head() + block(LOST, 0, b"\1\2"),
        "wrong_count": head() + block(EVENTS, 0, b"".join(few)) +
                       block(END, 1, struct.pack("<QQQ", 1, 99, 0)),
        "gap_in_sequence": head() + block(EVENTS, 2, b"".join(few)),
    }
    # one bit in the kind of the block of events, which its checksum covers
    flipped = bytearray(good)
    flipped[424 + 16 + 96] ^= 1
    files["flipped"] = bytes(flipped)
    for name, data in files.items():
        with open(os.path.join(folder, name + ".rec"), "wb") as f:
            f.write(data)


main()
