#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes made-up recordings, version 1 and 2, into a folder: right, odd, cut, damaged, hostile.

What each right one must give stands in replay.t, counted by hand.
"""
import os
import struct
import sys
import zlib

DEVICE, EVENTS, LOST, END = 1, 2, 3, 4
MAP, UNMAP, SYNC_CPU, SYNC_DEVICE, ALLOC, FREE, SLOT = range(1, 8)
NOWHERE = 2**64 - 1
POOL = 0x40000000


def text(words, size):
    return words.encode().ljust(size, b"\0")[:size]


class Recording:
    """Blocks of one version, in the order they are added."""

    def __init__(self, version=2, pool_slots=32768, pool_used=0, module_bytes=0, cpus=2,
                 place=None, flags=0, kernel="6.12.0", command_line="quiet"):
        self.version, self.sequence, self.events, self.lost = version, 0, 0, 0
        body = struct.pack("<QQQQ", 5, 1700000000000000000, pool_slots, pool_used)
        names = text(kernel, 64) + text("swiotlb-xen", 16) + text("dom0", 16)
        if version == 1:
            body += names
        else:
            body += struct.pack("<QII", module_bytes, cpus, flags) + names + text(command_line, 256)
        if place:  # base, areas, forced, Xen, clock
            body += struct.pack("<QII", *place[:3]) + text(place[3], 32) + text(place[4], 16)
        self.out = (b"XSWREC\r\n" + struct.pack("<IIII", version, 0x01020304, 24 + len(body), 40) +
                    body)

    def block(self, kind, payload):
        if self.version == 1:
            self.out += struct.pack("<IIII", kind, len(payload), zlib.crc32(payload), self.sequence)
        else:
            start = struct.pack("<III", kind, len(payload), self.sequence)
            self.out += start + struct.pack("<I", zlib.crc32(start + payload))
        self.out += payload
        self.sequence += 1
        return self

    def device(self, number=1, name="0000:00:04.0", driver="nvme", backend="swiotlb-xen",
               min_align=0, mask=0xffffffff, boundary=0xffffffff):
        return self.block(DEVICE, struct.pack("<IIQQ", number, min_align, mask, boundary) +
                          text(name, 32) + text(driver, 24) + text(backend, 16))

    def add(self, events):
        for at in range(0, len(events), 1600):
            some = events[at:at + 1600]
            self.block(EVENTS, b"".join(one[self.version - 1] for one in some))
            self.events += len(some)
        return self

    def gap(self, ns, lost):
        self.lost += lost
        return self.block(LOST, struct.pack("<QQ", ns, lost))

    def end(self, ns=10**9):
        return self.block(END, struct.pack("<QQQ", ns, self.events, self.lost))


def event(ns, bus, size, call=MAP, direction=1, reason=1, failed=0, device=1, cpu=0, phys=0,
          attrs=0):
    """The bytes of an event, of version 1 and of version 2."""
    if call != MAP or failed:
        reason = 0
    return (struct.pack("<QQIIIHHBBBBI", ns, bus, size, phys & 0xfff, attrs, device, cpu, call,
                        direction, reason, failed, 0),
            struct.pack("<QQQIIHHBBBB", ns, bus, phys, size, attrs, device, cpu, call, direction,
                        reason, failed))


def at(slot):
    return POOL + slot * 2048


def plain():
    """8 slots, then 4 of them free, then 2 more: 8 at most, at 3 us."""
    return [event(1000, at(0), 8192, cpu=0, direction=2),
            event(2000, at(4), 4096, cpu=1),
            event(3000, at(6), 2049),
            event(3500, at(0) + 0, 8192, SYNC_CPU, 2),
            event(3600, at(2) + 100, 512, SYNC_CPU, 2),
            event(3700, at(4), 4096, SYNC_CPU, 1),
            event(4000, at(0), 8192, UNMAP, 2),
            event(5000, at(0), 4096, direction=0),
            event(6000, 0x200000000, 4096, reason=0),
            event(7000, 0x200000000, 4096, UNMAP)]


def snapshot():
    """Two of three slots' mappings are there; one ended before, one was mapped meanwhile."""
    return [event(1, at(9), 2048, UNMAP),             # ended before the snapshot told of it
            event(2, at(20), 4096),                   # told, and in the snapshot as well
            event(3, at(0), 4096, SLOT, device=0),
            event(4, at(9), 2048, SLOT, device=0),
            event(5, at(20), 4096, SLOT, device=0),
            event(6, at(30), 262144, SLOT, device=0),
            event(7000, at(0), 4096, UNMAP),
            event(8000, at(40 + 128), 2048)]


def ghosts():
    """Two maps without their unmaps before the snapshot, which does not have them."""
    return [event(0, at(50), 262144), event(0, at(300), 2048), event(0, at(400), 4096),
            event(3, at(400), 4096, SLOT, device=0), event(4, at(0), 4096, SLOT, device=0),
            event(9000, at(1000), 2048)]


def queue():
    """A receive ring of four, whose owner its unmaps tell; two sends of 8 KiB; one more to receive fails."""
    events = [event(1 + k, at(k), 2048, SLOT, device=0, phys=k) for k in range(4)]
    events += [event(9, at(90), 2048, SLOT, device=0, phys=90), event(100, at(40), 8192)]
    for k in range(4):
        events += [event(200 + 2 * k, at(k), 2048, UNMAP, 2), event(201 + 2 * k, at(4 + k), 2048, direction=2)]
    return events + [event(300, at(50), 8192), event(400, NOWHERE, 2048, failed=1, direction=2)]


def synced():
    """Two slots of the start, of which one is synced and never unmapped: a card copies what is short."""
    return [event(1, at(0), 2048, SLOT, device=0, phys=0), event(2, at(1), 2048, SLOT, device=0, phys=1),
            event(3, at(1) + 64, 64, SYNC_CPU, 2), event(4, at(5), 2048)]


def failing():
    """Mappings of 2 us each; two that failed while one lived: 12 slots wanted at most."""
    return [event(1000, at(0), 8192), event(3000, at(0), 8192, UNMAP),
            event(5000, at(0), 8192),
            event(5500, NOWHERE, 8192, failed=1), event(6000, NOWHERE, 8192, failed=1),
            event(7000, at(0), 8192, UNMAP), event(9000, at(0), 2048)]


def retries():
    """One request of 16 KiB fails three times and is served at last; another fails once."""
    return [event(1000, at(0), 8192), event(9000, at(0), 8192, UNMAP),
            event(10000, NOWHERE, 16384, failed=1, phys=0x5000),
            event(10100, NOWHERE, 16384, failed=1, phys=0x5000),
            event(10200, NOWHERE, 4096, failed=1, phys=0x9000),
            event(10300, NOWHERE, 16384, failed=1, phys=0x5000),
            event(10400, at(0), 16384, phys=0x5000), event(11000, at(0), 16384, UNMAP),
            event(11100, NOWHERE, 16384, failed=1, phys=0x5000)]


def reserve():
    """1024 slots in eight mappings; then one of 64 KiB, one of 16 KiB, and a second of 64 KiB."""
    events = [event(k + 1, at(k * 128), 262144) for k in range(8)]
    return events + [event(100, at(1100), 65536), event(200, at(1200), 16384), event(300, at(1100), 65536, UNMAP),
                     event(400, at(1300), 65536)]


def spread():
    """At the start 8 segments of 128 slots hold 8 each; then one mapping that takes a segment."""
    events = [event(k * 8 + n + 1, at(k * 128 + n), 2048, SLOT, device=0, phys=k * 128 + n)
              for k in range(8) for n in range(8)]
    return events + [event(9000, at(2000), 262144), event(9500, at(2000), 262144, UNMAP)]


def ring():
    """A ring of 8 buffers from before; each is unmapped and replaced in turn, beside a load of 3."""
    events = [event(n, at(n), 2048, SLOT, device=0) for n in range(8)]
    for n in range(24):
        events += [event(1000 * n + 100, at(n % 8), 2048, UNMAP), event(1000 * n + 200, at(n % 8), 2048)]
    return events + [event(30000, at(100), 6144), event(31000, at(100), 6144, UNMAP)]


def coherent():
    return [event(1000, 0x1000, 8192, ALLOC), event(2000, 0x10000, 65536, ALLOC),
            event(2500, NOWHERE, 65536, ALLOC), event(3000, 0x10000, 65536, FREE),
            event(3500, 0x90000, 4096, FREE), event(4000, at(0), 2048)]


def before_gap():
    return [event(1000, at(0), 8192), event(2000, at(4), 2048)]


def after_gap():
    return [event(9000, at(0), 16384), event(10000, at(100), 4096), event(11000, at(90), 10, UNMAP)]


def module_snapshot():
    """Of the module the snapshot comes after the ring was read: the map may stand behind it."""
    return [event(1, at(0), 4096, SLOT), event(2, at(8), 4096, SLOT),
            event(1, at(8), 4096), event(5000, at(8), 4096, UNMAP), event(6000, at(16), 2048)]


def holes(cpus=1):
    """A pool of 512 slots: all taken page by page, each other one given back, then 16 KiB."""
    events = [event(1000 + n, at(2 * n), 4096, cpu=n % cpus) for n in range(256)]
    events += [event(2000 + n, at(4 * n), 4096, UNMAP) for n in range(128)]
    return events + [event(3000, NOWHERE, 16384, failed=1)]


def large():
    return [event(1000, NOWHERE, 524288, failed=1), event(2000, at(0), 262144),
            event(3000, at(0), 262144, UNMAP)]


def reach():
    """A device of 30 bits reaches nothing of a pool at 1 GiB."""
    return [event(1000, at(0), 4096), event(2000, at(8), 4096, device=2)]


def reasons():
    """One device bounces for two reasons, one for straddling alone, and that one fails as well."""
    return [event(1000, at(0), 4096), event(2000, at(2), 8192, reason=2),
            event(3000, at(6), 2048, reason=2, device=2), event(4000, NOWHERE, 2048, failed=1, device=2),
            event(5000, NOWHERE, 2048, failed=1), event(6000, at(2), 8192, UNMAP)]


def steps():
    """Ten intervals, one mapping more in each."""
    return [event(1000000 * (n + 1) - 1, at(2 * n), 4096) for n in range(10)]


def storm():
    """More failures than are followed at once."""
    events = [event(0, at(0), 2048), event(1 << 40, at(0), 2048, UNMAP)]
    return events + [event((1 << 40) + n, NOWHERE, 2048, failed=1) for n in range(70000)]


def right(version):
    def new(**head):
        return Recording(version, **head).device()

    files = {
        "plain": new().add(plain()).end(),
        "snapshot": new(pool_used=133).add(snapshot()).end(),
        "ghosts": new(pool_used=4).add(ghosts()).end(),
        "queue": new(pool_used=5).add(queue()).end(),
        "synced": new(pool_used=2).add(synced()).end(),
        "failing": new().add(failing()).end(),
        "retries": new().add(retries()).end(),
        "reserve": new().add(reserve()).end(),
        "spread": new(pool_used=64).add(spread()).end(),
        "ring": new(pool_used=8).add(ring()).end(),
        "coherent": new().add(coherent()).end(),
        "gap": new().add(before_gap()).gap(9000, 7).add(after_gap()).end(),
        "gap_first": new().gap(9000, 7).add(after_gap()).end(),
        "module": Recording(version).device(backend="xen_swiotlb").add(module_snapshot()).end(),
        "both": new().device(2, "0000:00:05.0", "e1000", "xen_swiotlb")
                .add([event(1, at(0), 4096), event(2, 0x80000000, 8192, device=2),
                      event(3, 0x80000000, 8192, UNMAP, device=2), event(4, at(4), 4096)]).end(),
        "again": new().add([event(1, at(0), 4096), event(2, at(0), 8192)]).end(),
        "holes": new(pool_slots=512).add(holes()).end(),
        "large": new().add(large()).end(),
        "reach": new().device(2, "0000:00:06.0", "b43", mask=2**30 - 1).add(reach()).end(),
        "reasons": new().device(2, "0000:00:06.0", "igb").add(reasons()).end(),
        "steps": new().add(steps()).end(),
        "storm": new().add(storm()).end(),
        "direct": new().add([event(1, 0x1000, 4096, reason=0), event(2, 0x1000, 4096, reason=0),
                             event(3, 0x1000, 4096, UNMAP), event(4, 0x1000, 4096, UNMAP),
                             event(5, 0x1000, 4096, UNMAP)]).end(),
        "none": new().add([event(1, 0x1000, 4096, reason=0),
                           event(2, 0x1000, 4096, UNMAP)]).end(),
        "aligned": Recording(version).device(min_align=4095)
                   .add([event(1, at(0) + 1536, 4096, phys=0x1600),
                         event(2, at(8), 4096, phys=0x5000)]).end(),
    }
    return {name: one.out for name, one in files.items()}


def small_pool():
    """A pool of 1024 slots, filled page by page; 20 mappings more fail, and all end."""
    events = [event(1000 * n, at(2 * n), 4096, direction=2) for n in range(512)]
    events += [event(520000 + n, NOWHERE, 4096, failed=1, direction=2) for n in range(20)]
    return events + [event(600000 + n, at(2 * n), 4096, UNMAP, 2) for n in range(512)]


def served():
    """The load of small_pool() in a pool that is large enough."""
    events = [event(1000 * n, at(2 * n), 4096, direction=2) for n in range(513)]
    return events + [event(600000 + n, at(2 * n), 4096, UNMAP, 2) for n in range(513)]


def areas_held():
    """A page from each of 8 CPUs, then 256 KiB: 8 areas of 128 slots have no such run."""
    events = [event(1000 * n, at(128 * n), 4096, cpu=n) for n in range(8)]
    return events + [event(9000, NOWHERE, 262144, failed=1)]


def straddles(device=1, start=0):
    events = []
    for n in range(100):
        time = start + 10000 * n
        events += [event(time, at(0), 8192, reason=2 if n % 10 else 1, device=device),
                   event(time + 5000, at(0), 8192, UNMAP, device=device)]
    return events


def too_large():
    """Each fourth request has 512 KiB."""
    events = []
    for n in range(40):
        events += [event(10000 * n, at(0), 4096), event(10000 * n + 5000, at(0), 4096, UNMAP)]
        if n % 4 == 0:
            events.append(event(10000 * n + 6000, NOWHERE, 524288, failed=1))
    return events


def steady(seconds):
    """Each second a burst of 5 to 20 mappings of 64 KiB, now more and now less."""
    events, seed = [], 1
    for second in range(seconds):
        seed = (seed * 1103515245 + 12345) % 2**31
        burst = 5 + (seed >> 16) % 16
        start = second * 10**9
        events += [event(start + n, at(32 * n), 65536) for n in range(burst)]
        events += [event(start + 500 + n, at(32 * n), 65536, UNMAP) for n in range(burst)]
    return events


def rising():
    """A load that grows all the time."""
    return [event(n * 10**9, at(2 * n), 4096) for n in range(900)]


def many_cpus():
    """A page from each of 64 CPUs."""
    events = [event(1000 * n, at(128 * n), 4096, cpu=n) for n in range(64)]
    return events + [event(90000 + n, at(128 * n), 4096, UNMAP, cpu=n) for n in range(64)]


def narrow():
    """A device of 30 bits: 20 mappings in a pool that it reaches, and then one that fails."""
    events = [event(1000 * n, 0x10000000 + 4096 * n, 4096) for n in range(20)]
    return events + [event(90000, NOWHERE, 4096, failed=1)]


def beyond():
    """No device reaches the pool."""
    return [event(1000 * n, NOWHERE, 4096, failed=1, phys=4096 * n) for n in range(10)]


def huge():
    """More than 2 GiB at once."""
    return [event(1000 * n, 0x40000000 + 262144 * n, 262144) for n in range(8200)]


def held():
    """A SAS disk whose driver was told to be narrow, and a card that is."""
    events = []
    for n in range(50):
        events += [event(10000 * n, at(0), 4096), event(10000 * n + 1, at(2), 2048, device=2),
                   event(10000 * n + 5000, at(0), 4096, UNMAP),
                   event(10000 * n + 5001, at(2), 2048, UNMAP, device=2)]
    return events


def tuned():
    """What tune.t asks advice about."""
    def new(**head):
        return Recording(**head).device(driver="ahci")

    return {
        "small_pool": new(pool_slots=1024, cpus=1).add(small_pool()).end(),
        "one_device": new(pool_slots=1024, cpus=1, flags=1).add(small_pool()).end(),
        "areas_held": new(pool_slots=1024, cpus=8).add(areas_held()).end(),
        "straddles": Recording(cpus=1).device(driver="ahci", mask=2**64 - 1).add(straddles()).end(),
        "straddles_narrow": new(cpus=1).add(straddles()).end(),
        "straddles_both": new(cpus=1).device(2, "0000:00:05.0", "e1000e", mask=2**64 - 1)
                          .add(straddles() + straddles(2, 1000000)).end(),
        "too_large": new(cpus=1).add(too_large()).end(),
        "steady": new(cpus=1).add(steady(1800)).end(),
        "rising": new(cpus=1).add(rising()).end(),
        "forced": new(cpus=2, place=(0x40000000, 2, 1, "4.20.0", "tsc"))
                  .add([event(1, at(0), 4096, reason=4), event(2, at(2), 4096, reason=4)]).end(),
        "many_cpus": new(pool_slots=32768, cpus=64, place=(0x40000000, 64, 0, "4.20.0", "tsc"))
                     .add(many_cpus()).end(),
        "parked_cpus": new(pool_slots=1024, cpus=4, place=(0x40000000, 8, 0, "4.20.0", "tsc"))
                       .add(areas_held()).end(),
        "old": new(pool_slots=3072, cpus=8, kernel="5.10.0-28-amd64").add(small_pool()).end(),
        "boot_forced": new(pool_slots=1024, cpus=1, command_line="ro swiotlb=1024,force",
                           place=(0x40000000, 1, 1, "4.20.0", "tsc"))
                       .add([event(1000 * n, at(2 * n), 4096, reason=4) for n in range(512)] +
                            [event(520000 + n, NOWHERE, 4096, failed=1) for n in range(20)]).end(),
        "narrow": Recording(pool_slots=1024, cpus=1).device(driver="b43", mask=2**30 - 1)
                  .add(narrow()).end(),
        "beyond": Recording(pool_slots=1024, cpus=1).device(driver="b43", mask=2**30 - 1)
                  .add(beyond()).end(),
        "huge": new(cpus=1).add(huge()).end(),
        "held": Recording(cpus=1).device(driver="mptsas").device(2, "0000:00:05.0", "e1000")
                .add(held()).end(),
        "idle_module": Recording(module_bytes=64 << 20, cpus=1).device(backend="xen_swiotlb")
                       .add([event(1, 0x1000, 4096, reason=0), event(2, 0x1000, 4096, UNMAP)]).end(),
        "light_module": Recording(module_bytes=64 << 20, cpus=1).device(backend="xen_swiotlb")
                        .add(served()).end(),
        "worse_module": Recording(module_bytes=4 << 20, cpus=1).device(backend="xen_swiotlb")
                        .add(small_pool() +
                             [event(700000 + n, NOWHERE, 4096, failed=1, phys=n << 12)
                              for n in range(9)]).end(),
        "module_again": Recording(module_bytes=4 << 20, cpus=1)
                        .device(backend="xen_swiotlb").add(served()).end(),
        "small_pool_again": new(pool_slots=2048, cpus=1).add(served()).end(),
        "small_pool_failed": new(pool_slots=2048, cpus=1).add(small_pool()).end(),
        "module": Recording(module_bytes=2 << 20, cpus=1)
                  .device(backend="xen_swiotlb").add(small_pool()).end(),
        "stock_more": new(pool_slots=1024, module_bytes=4 << 20, cpus=1)
                      .device(2, "0000:00:05.0", "e1000", "xen_swiotlb")
                      .add(small_pool() + [event(700000, 0x80000000, 4096, device=2)]).end(),
        "both": new(pool_slots=32768, module_bytes=4 << 20)
                .device(2, "0000:00:05.0", "e1000", "xen_swiotlb")
                .add([event(1, at(0), 4096)] +
                     [event(2 + n, 0x80000000 + 4096 * n, 4096, device=2) for n in range(9)]).end(),
    }


def changed(data, at_byte, value):
    return data[:at_byte] + bytes([value]) + data[at_byte + 1:]


def wrong(version):
    """Each must be refused for one fault: all else is right."""
    head = Recording(version).out
    good = Recording(version).device().add(plain()).end().out
    first = len(head)  # the device's block: 16 bytes, then 96

    def with_block(kind, payload):
        return Recording(version).device().block(kind, payload).add(plain()).end().out

    def with_device(**fields):
        return Recording(version).device(2, **fields).device().add(plain()).end().out

    def with_event(**fields):
        usual = dict(ns=1, bus=at(0), size=4096)
        usual.update(fields)
        return Recording(version).device().add([event(**usual)]).end().out

    return {
        "empty": b"",
        "foreign": b"\x7fELF" * 100,
        "short": good[:20],
        "cut_head": good[:100],
        "other_order": good[:12] + b"\1\2\3\4" + good[16:],
        "later": good[:8] + struct.pack("<I", 3) + good[12:],
        "version_0": good[:8] + struct.pack("<I", 0) + good[12:],
        "huge_head": good[:16] + struct.pack("<I", 1 << 31) + good[20:],
        "small_head": good[:16] + struct.pack("<I", 24) + good[20:],
        "other_events": good[:20] + struct.pack("<I", 48) + good[24:],
        "used_beyond": good[:48] + struct.pack("<Q", 1 << 40) + good[56:],
        "flipped": changed(good, first + 16 + 96 + 16 + 50, good[first + 16 + 96 + 16 + 50] ^ 4),
        "flipped_device": changed(good, first + 20, good[first + 20] ^ 1),
        "huge_block": good[:first + 4] + struct.pack("<I", 1 << 30) + good[first + 8:],
        "sequence": head + good[first + 112:],
        "longer": good + b"more",
        "twice": good + good,
        "wrong_end": Recording(version).device().add(plain())
                     .block(END, struct.pack("<QQQ", 1, 99, 0)).out,
        "kind_0": with_block(0, b""),
        "kind_9": with_block(9, b"12345678"),
        "half_event": with_block(EVENTS, b"\0" * 60),
        "short_lost": with_block(LOST, b"\1\2"),
        "lost_beyond": Recording(version).device().add(plain()).gap(1, 2**64 - 1)
                       .block(LOST, struct.pack("<QQ", 2, 9)).out,
        "device_0": Recording(version).device(0).device().add(plain()).end().out,
        "device_many": Recording(version).device(70000).device().add(plain()).end().out,
        "device_twice": Recording(version).device().device().add(plain()).end().out,
        "min_align": with_device(min_align=4096),
        "min_align_huge": with_device(min_align=(1 << 21) - 1),
        "boundary": with_device(boundary=12345),
        "undescribed": Recording(version).add(plain()).end().out,
        "call": with_event(call=9),
        "call_0": with_event(call=0),
        "reason": with_event(reason=7),
        "direction": with_event(direction=9),
        "size_0": with_event(size=0),
        "size_most": with_event(size=2**32 - 1),
        "bus_end": with_event(bus=2**64 - 4096, size=8192),
        "nowhere": with_event(bus=NOWHERE),
        "time": with_event(ns=2**63),
        "slot_of_nothing": with_event(call=SLOT, bus=NOWHERE),
    }


def cut(version):
    good = Recording(version).device().add(plain()).end().out
    return {
        "cut_end": good[:-5],
        "cut_no_end": good[:-40],
        "cut_events": good[:-45],
    }


def main():
    folder = sys.argv[1]
    for version in (1, 2):
        for kind in (right, wrong, cut):
            where = os.path.join(folder, "v%d" % version, kind.__name__)
            os.makedirs(where)
            for name, data in kind(version).items():
                with open(os.path.join(where, name + ".rec"), "wb") as f:
                    f.write(data)
    os.makedirs(os.path.join(folder, "tune"))
    for name, one in tuned().items():
        with open(os.path.join(folder, "tune", name + ".rec"), "wb") as f:
            f.write(one.out)
    placed = Recording(place=(0x12340000, 4, 1, "4.20.0", "tsc")).device().add(plain()).end()
    evil = Recording().device(name='\x1b[31mE"\\\n', driver="D" * 24).add(plain()).end()
    for name, one in (("placed", placed), ("evil", evil)):
        with open(os.path.join(folder, name + ".rec"), "wb") as f:
            f.write(one.out)


if __name__ == "__main__":
    main()
