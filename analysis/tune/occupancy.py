# SPDX-License-Identifier: GPL-2.0-only
"""What 'xswbounce occupancy --json' wrote over hours or days: how full the pools became."""
import json
import math

import peaks
from kernel import SLOT, default_areas, parameter, power_of_two, rounded
from replays import Refused
from subject import LARGEST, SMALLEST, pieces

POOLS = ("stock", "module")
MOST_BLOCKS = 600
# What a line may say at most.
MOST_SLOTS = 1 << 21  # 4 GiB: a pool lies below that
MOST_CPUS = 1 << 16
MOST_SECONDS = 366 * 86400.0
MOST_COUNT = 1 << 64


def pool_of(backend):
    return "module" if backend == "xen_swiotlb" else "stock"


def count(entry, name, most=MOST_COUNT):
    value = entry[name]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(name)
    return value


def word(entry, name):
    value = entry[name]
    if not isinstance(value, str) or len(value) > 256:
        raise ValueError(name)
    return "".join(one if one.isprintable() else "?" for one in value)


def length(line):
    value = line["seconds"]
    if isinstance(value, bool) or not isinstance(value, (int, float)) \
            or not 0 < value <= MOST_SECONDS:
        raise ValueError("seconds")
    return float(value)


def areas_of(pool):
    """None: not told, as of a kernel without areas; they are a power of two."""
    areas = count(pool, "areas", MOST_CPUS) if "areas" in pool else 0
    if areas & (areas - 1):
        raise ValueError("areas")
    return areas or None


class Interval:
    """One line: each pool's slots and the most in use, each device's counts since the start."""

    def __init__(self, line):
        if line["command"] != "occupancy":
            raise ValueError("command")
        self.schema = count(line, "schema")
        self.seconds = length(line)
        self.kernel, self.cpus = word(line, "kernel"), max(count(line, "cpus", MOST_CPUS), 1)
        self.lost = count(line, "lost")
        self.areas, self.slots, self.used = None, {}, {}
        for pool in line["pools"]:
            name = pool_of(pool["backend"])
            self.slots[name] = count(pool, "slots", MOST_SLOTS)
            self.used[name] = count(pool, "most_used", MOST_SLOTS)
            if name == "stock":
                self.areas = areas_of(pool)
        self.devices = {(word(d, "device"), pool_of(d["backend"])):
                        (word(d, "driver"), count(d, "maps"), count(d, "failed"),
                         count(d, "most_held"))
                        for d in line["devices"]}

    def full(self, pool):
        """Was it used to its last slot?"""
        slots = self.slots.get(pool, 0)
        return slots > 0 and self.used[pool] >= slots


def lines_of(path):
    """(the intervals, was the last line cut off?)."""
    found, cut = [], False
    try:
        with open(path, encoding="utf-8") as f:
            for line in f:
                cut = not line.endswith("\n")
                if not cut:
                    found.append(Interval(json.loads(line)))
                    if found[-1].schema != 1:
                        raise Refused(f"{path}: a later version of xswbounce wrote it")
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused(f"{path}: line {len(found) + 1} is none that 'xswbounce occupancy --json' "
                      f"writes")
    if not found:
        raise Refused(f"{path}: no interval is in it")
    return found, cut


def fold(maxima, interval):
    """Fewer, longer intervals: until there are not too many, and neighbours are independent."""
    while len(maxima) > MOST_BLOCKS or (len(maxima) >= 2 * peaks.LEAST_INTERVALS and
                                        peaks.autocorrelation(maxima) > 0.5):
        if len(maxima) % 2:
            maxima = maxima[1:]
        maxima = [max(pair) for pair in zip(maxima[::2], maxima[1::2])]
        interval *= 2
    return maxima, interval


def total(counts):
    """Of a count that grows and may begin anew: what it grew by in all."""
    grown = before = 0
    for now in counts:
        grown += now - before if now >= before else now
        before = now
    return grown


class Occupancy:
    """Of the whole time."""

    def __init__(self, path):
        self.path = path
        self.intervals, self.cut = lines_of(path)
        self.last = self.intervals[-1]
        self.seconds = sum(one.seconds for one in self.intervals)
        self.known_levels = {}

    def choose(self):
        """The pool that failed, or was used, more; beside a recording it is that one's."""
        return max(POOLS, key=lambda pool: (self.failed(pool), self.peak(pool)))

    def maxima(self, pool):
        return [one.used.get(pool, 0) for one in self.intervals]

    def peak(self, pool):
        return max(self.maxima(pool))

    def peak_at(self, pool):
        """Seconds from the start to the end of the interval that had it."""
        peak, at = self.peak(pool), 0.0
        for one in self.intervals:
            at += one.seconds
            if one.used.get(pool, 0) == peak:
                break
        return at

    def levels(self, pool):
        if pool not in self.known_levels:
            # the last interval is as long as it was let
            whole = self.intervals[:-1] if len(self.intervals) > 1 else self.intervals
            lengths = sorted(one.seconds for one in whole)
            maxima, interval = fold([one.used.get(pool, 0) for one in whole],
                                    lengths[len(lengths) // 2])
            self.known_levels[pool] = peaks.levels(
                maxima, interval, any(one.full(pool) for one in self.intervals),
                self.failed(pool))
        return self.known_levels[pool]

    def failed(self, pool):
        """Of all devices, those that left among them; a device that comes back counts anew."""
        counts = {}
        for one in self.intervals:
            for (device, of), (_, _, failed, _) in one.devices.items():
                if of == pool:
                    counts.setdefault(device, []).append(failed)
        return sum(total(device) for device in counts.values())

    def series(self, pool):
        """(seconds from the start, the most in use until the interval's end), for a picture."""
        rows, at = [], 0.0
        for one in self.intervals:
            rows.append((at, one.used.get(pool, 0)))
            at += one.seconds
        return rows + [(at, rows[-1][1])]

    def holders(self, pool):
        """What each device held at most, at whatever time."""
        most = {}
        for one in self.intervals:
            for (device, of), (driver, _, _, held) in one.devices.items():
                if of == pool and held > most.get(device, ("", 0))[1]:
                    most[device] = (driver, held)
        return [{"device": device, "driver": driver, "slots": held}
                for device, (driver, held) in sorted(most.items(), key=lambda item: -item[1][1])]

    def need(self, pool, margin):
        """Slots: the peak with its margin, and what is exceeded once a month if that is known."""
        month = self.levels(pool)[1].slots or 0
        return max(math.ceil(self.peak(pool) * (1 + margin)), month)

    def document(self, pool):
        other = POOLS[1 - POOLS.index(pool)]
        return {"seconds": self.seconds, "intervals": len(self.intervals), "cut": self.cut,
                "lost": total(one.lost for one in self.intervals), "pool": pool,
                "slots": self.last.slots.get(pool),
                "peak": {"slots": self.peak(pool), "seconds": self.peak_at(pool)},
                "failed": self.failed(pool), "other_pool_peak_slots": self.peak(other),
                "other_pool_failed": self.failed(other), "held_most": self.holders(pool),
                "levels": [one._asdict() for one in self.levels(pool)]}

    def alone(self, margin):
        """The advice where there is no recording: by the most in use, and by nothing else."""
        pool = self.choose()
        need = self.need(pool, margin)
        areas = self.last.areas or default_areas(self.last.kernel, self.last.cpus)
        slots = rounded(power_of_two(max(need, SMALLEST)), areas, self.last.kernel)
        can, whole = slots <= LARGEST, pieces(need)
        found = self.document(pool)
        found.update({
            "kind": "swiotlb-xen-tune-occupancy", "schema": 1, "margin": margin, "need_slots": need,
            "parameter": parameter(slots, areas, self.last.kernel, self.last.cpus) if can else None,
            "stock_slots": slots if can else None, "module_slots": whole if whole <= LARGEST else None,
            "memory_bytes": slots * SLOT if can else None,
            "pool_mb": whole * SLOT >> 20 if whole <= LARGEST else None})
        return found
