# SPDX-License-Identifier: GPL-2.0-only
"""What could be done, and what each would have saved on this recording: replayed, not guessed."""
from typing import NamedTuple

import costs
from kernel import SLOT
from replays import LAYOUTS, add_layouts
from subject import pieces

SPLITS = (131072, 65536, 32768, 16384)
CURES = {
    "mask": ("wider device", "a device that reaches all memory, in place of"),
    "align": ("segment boundary", "a driver setting that keeps buffers within the boundary"),
    "forced": ("no forcing", "drop force from swiotlb="),
}
DEFRAGMENTER = "modprobe xen_swiotlb_defrag; xsw-defrag"
# What xsw-defrag takes as a width; a device that reaches further reaches all memory.
NARROWEST, WIDEST = 24, 40
# Drivers that ask dma_get_required_mask() how wide to be; under Xen PV the kernel answers 32 bits.
# xswbounce's advice has the same list.
NARROW = ("mptsas", "mptspi", "mptfc", "qla2xxx", "aacraid", "aic7xxx", "aic79xx", "esas2r")


class Remedy(NamedTuple):
    """Differences to today; 'failures' are those that remain."""
    name: str
    what: str
    failures: int
    avoided: int
    bytes_not_copied: int
    instructions: int
    memory_bytes: int
    reboot: bool
    hardware: bool  # it takes another device
    advised: bool  # a size that holds the peak with its margin, in other layouts, too


def copied(result):
    return sum(device[key] for device in result.devices if device["replayed"]
               for key in ("copied_in_bytes", "copied_out_bytes", "copied_by_syncs_bytes"))


def bounced_sizes(result):
    """{bytes: maps} of what is replayed, by size class."""
    total = {}
    for device in result.devices:
        if device["replayed"]:
            for name, count in device["sizes"].items():
                size = 4 << 20 if name == "more" else int(name)
                total[size] = total.get(size, 0) + count
    return total


def bits(device):
    """How far the device reaches; as far as any where the recording does not tell."""
    return (device["dma_mask"] or 0).bit_length() or 64


class Finder:
    """Replays the recording for each remedy at today's size."""

    def __init__(self, replay, subject, main, today, need):
        self.replay, self.subject, self.main, self.today = replay, subject, main, today
        self.need = need

    def like_today(self, **changed):
        """What replays a pool of today's size with something changed."""
        given = {"of": self.subject.pool, "allocator": self.subject.pool,
                 "slots": [self.today.slots], "areas": [self.subject.areas], "points": 1}
        given.update(changed)
        return given

    def again(self, **changed):
        """(its pool, the result) of today's size with something changed."""
        result = self.replay.run(**self.like_today(**changed))
        return result.pools[0], result

    def each(self, name, values):
        """[(its pool, the value)] with an option set to each of these."""
        found = self.replay.all([self.like_today(**{name: value}) for value in values])
        return [(result.pools[0], value) for result, value in zip(found, values)]

    def remedy(self, name, what, pool, saved_bytes=0, instructions=0, slots=0, reboot=False,
               hardware=False, advised=False):
        return Remedy(name, what, pool.failures, self.today.failures - pool.failures, saved_bytes,
                      int(instructions), slots * SLOT, reboot, hardware, advised)

    def larger(self, sufficient):
        """The size that the advice found."""
        if not sufficient or sufficient.slots <= self.today.slots or not self.today.curable:
            return None
        more = sufficient.slots - self.today.slots
        if self.subject.pool == "module":
            what = f"echo {sufficient.slots * SLOT} >/sys/devices/platform/xen_swiotlb/pool_bytes"
            return self.remedy("larger pool", what, sufficient, slots=more, advised=True)
        what = "boot with " + self.subject.parameter(sufficient.slots)
        return self.remedy("larger pool", what, sufficient, slots=more, reboot=True, advised=True)

    def other_areas(self):
        """Stock's pool cut into more areas, or fewer."""
        most = min(self.today.slots // 128, 128)
        counts = [1 << k for k in range(8) if 1 << k <= most and 1 << k != self.subject.areas]
        if self.subject.pool != "stock" or not self.today.curable or not counts:
            return None
        _, result = self.again(areas=counts)
        add_layouts(self.replay, result, **self.like_today(areas=counts))
        best = min(result.pools, key=lambda p: (p.failures, p.layouts_failing))
        if best.failures >= self.today.failures:
            return None
        name = "more areas" if best.areas > self.subject.areas else "fewer areas"
        what = "boot with " + self.subject.parameter(self.today.slots, best.areas)
        if best.layouts_failing:
            what += (f"; fails in {best.layouts_failing} of {LAYOUTS} other layouts of what lived "
                     "at the start")
        return self.remedy(name, what, best, reboot=True,
                           advised=best.serves and best.slots >= self.need)

    def module(self, sufficient):
        """The module instead of stock's backend, with as much memory as it needs."""
        if self.subject.pool != "stock" or not sufficient:
            return None
        sizes = bounced_sizes(self.main)
        saved = costs.fixed("stock", sizes) - costs.fixed("module", sizes)
        return self.remedy("the module",
                           f"modprobe xen_swiotlb pool_mb={megabytes(sufficient.slots)}, "
                           "attach the devices", sufficient, 0, saved, sufficient.slots)

    def bounced_for(self, reason):
        """Devices that did."""
        return [d for d in self.main.devices if d["replayed"] and d["bounces_by_reason"][reason]]

    def defragment(self):
        """
        Neighbours for what straddles. Without a width Xen gives high frames first: a narrow device would
        bounce for its mask instead, so those have a command, and a promise, of their own.
        """
        straddling = self.bounced_for("straddle")
        narrow = [d for d in straddling if bits(d) <= WIDEST]
        wide = [d for d in straddling if bits(d) > WIDEST]
        found = []
        if narrow:
            width = max(min(bits(d) for d in narrow), NARROWEST)
            found.append(self.not_bounced(
                "defragment low memory", f"{DEFRAGMENTER} --width {width} all, while the load runs: "
                "takes low memory that other domains need", "straddle", narrow))
        if wide:
            how = "--width 0 all, after the narrow devices' run and" if narrow else "all,"
            found.append(self.not_bounced("defragment", f"{DEFRAGMENTER} {how} while the load runs",
                                          "straddle", wide))
        return found

    def without(self, reason):
        """What bounced for this reason does not any more."""
        devices = self.bounced_for(reason)
        if reason == "mask":
            devices = [d for d in devices if not self.is_held(d)]
        if not devices:
            return None
        name, what = CURES[reason]
        if reason == "forced" and self.subject.pool == "module":
            what = "echo 0 >/sys/devices/platform/xen_swiotlb/force"
        return self.not_bounced(name, what, reason, devices,
                                reboot=reason == "forced" and self.subject.pool == "stock",
                                hardware=reason == "mask")

    def not_bounced(self, name, what, reason, devices, **kind):
        names = sorted({d["device"] for d in devices if d["device"]})
        pool, result = self.again(without=[reason], **({"only": names} if names else {}))
        before, after = bounced_sizes(self.main), bounced_sizes(result)
        gone = {size: count - after.get(size, 0) for size, count in before.items()}
        saved_bytes = copied(self.main) - copied(result)
        who = ", ".join(sorted({d["driver"] or "?" for d in devices}))
        return self.remedy(name, f"{what} {who}" if reason == "mask" else f"{what} ({who})", pool, saved_bytes,
                           costs.not_bounced(self.subject.pool, gone, saved_bytes), **kind)

    def is_held(self, device):
        """Xen PV told this device's driver to be narrow."""
        return self.subject.pool == "stock" and device["driver"] in NARROW and \
            device["dma_mask"] == 0xffffffff

    def wider_mask(self):
        """The driver of a wide device learns how wide memory is."""
        held = [d for d in self.bounced_for("mask") if self.is_held(d)]
        if not held:
            return None
        return self.not_bounced("wider mask", "xen_swiotlb answers dma_get_required_mask(): modprobe it, "
                                "attach", "mask", held)

    def smaller(self):
        """Requests cut to the largest size that leaves the fewest failures."""
        if not self.today.failures:
            return None
        tried = self.each("split", SPLITS)
        best, size = min(tried, key=lambda one: (one[0].failures, -one[1]))
        if best.failures >= self.today.failures:
            return None
        what = f"max_sectors_kb={size // 1024} of disks; no segmentation offload of network cards"
        in_turn, _ = self.again(split=size, own_queues=True)
        if in_turn.failures < best.failures:
            what += f"; {in_turn.failures} left if a disk takes no more requests at once than now"
        return self.remedy("smaller requests", what, best)

    def shorter_queues(self):
        """Fewer mappings of a device at once: the longest queue that leaves the fewest failures."""
        longest = max((d["live_mappings_max"] for d in self.main.devices if d["replayed"] and d["device"]),
                      default=0)
        bits = longest.bit_length()
        lengths = [1 << k for k in range(max(bits - 5, 3), bits) if 1 << k < longest]
        if not self.today.failures or not lengths:
            return None
        tried = self.each("queue", lengths)
        best, length = min(tried, key=lambda one: (one[0].failures, -one[1]))
        if best.failures >= self.today.failures:
            return None
        who = sorted({d["driver"] or "?" for d in self.main.devices
                      if d["replayed"] and d["device"] and d["live_mappings_max"] > length})
        return self.remedy("shorter queues",
                           f"at most {length} mappings each way: ethtool -G of network cards, "
                           f"nr_requests of disks ({', '.join(who)})", best)

    def all(self, stock, module):
        """Those that apply, best first."""
        found = [self.larger(module if self.subject.pool == "module" else stock),
                 self.other_areas(), self.module(module), self.smaller(), self.shorter_queues(),
                 self.wider_mask()] + self.defragment() + [self.without(reason) for reason in CURES]
        found = [one for one in found if one and (one.avoided > 0 or one.instructions > 0)]
        found.sort(key=lambda r: (r.hardware, -r.avoided, -r.instructions, r.memory_bytes, r.reboot))
        return found + [self.remedy("nothing", "leave it as it is", self.today)]


def megabytes(slots):
    """pool_mb of so many slots: the pool is made of pieces of 2 MiB."""
    return pieces(slots) * SLOT >> 20
