# SPDX-License-Identifier: GPL-2.0-only
"""What 'xswbounce occupancy --json' wrote over hours or days: how full the pools became."""
import json
import math

import peaks
from kernel import SLOT, default_areas, parameter, power_of_two
from replays import Refused
from subject import SMALLEST, pieces

POOLS = ("stock", "module")
MOST_BLOCKS = 600


def pool_of(backend):
    return "module" if backend == "xen_swiotlb" else "stock"


def count(entry, name):
    value = entry[name]
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(name)
    return value


class Interval:
    """One line: each pool's slots and the most in use, each device's counts since the start."""

    def __init__(self, line):
        if line["command"] != "occupancy":
            raise ValueError("command")
        self.schema = count(line, "schema")
        self.seconds = float(line["seconds"])
        if not 0 < self.seconds < math.inf:
            raise ValueError("seconds")
        self.kernel, self.cpus = str(line["kernel"]), max(count(line, "cpus"), 1)
        self.lost = count(line, "lost")
        self.areas, self.slots, self.used = None, {}, {}
        for pool in line["pools"]:
            name = pool_of(pool["backend"])
            self.slots[name], self.used[name] = count(pool, "slots"), count(pool, "most_used")
            if name == "stock":
                self.areas = count(pool, "areas") or None
        self.devices = {(str(d["device"]), pool_of(d["backend"])):
                        (str(d["driver"]), count(d, "maps"), count(d, "failed"),
                         count(d, "most_held"))
                        for d in line["devices"]}


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
    except (ValueError, KeyError, TypeError, AttributeError):
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


class Occupancy:
    """Of the whole time."""

    def __init__(self, path):
        self.path = path
        self.intervals, self.cut = lines_of(path)
        self.last = self.intervals[-1]
        self.seconds = sum(one.seconds for one in self.intervals)

    def choose(self):
        """The pool that was used more; of a recording beside it that one's is taken."""
        return max(POOLS, key=self.peak)

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
        # the last interval is as long as it was let
        whole = self.intervals[:-1] if len(self.intervals) > 1 else self.intervals
        lengths = sorted(one.seconds for one in whole)
        maxima, interval = fold([one.used.get(pool, 0) for one in whole],
                                lengths[len(lengths) // 2])
        return [peaks.level(maxima, interval, seconds) for seconds in (peaks.DAY, peaks.MONTH)]

    def failed(self, pool):
        return sum(d[2] for key, d in self.last.devices.items() if key[1] == pool)

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
        return {"seconds": self.seconds, "intervals": len(self.intervals), "cut": self.cut,
                "lost": self.last.lost, "pool": pool, "slots": self.last.slots.get(pool),
                "peak": {"slots": self.peak(pool), "seconds": self.peak_at(pool)},
                "failed": self.failed(pool), "held_most": self.holders(pool),
                "levels": [one._asdict() for one in self.levels(pool)]}

    def alone(self, margin):
        """The advice where there is no recording: by the most in use, and by nothing else."""
        pool = self.choose()
        need = self.need(pool, margin)
        areas = self.last.areas or default_areas(self.last.kernel, self.last.cpus)
        slots = max(power_of_two(need), SMALLEST)
        found = self.document(pool)
        found.update({
            "kind": "swiotlb-xen-tune-occupancy", "schema": 1, "margin": margin, "need_slots": need,
            "parameter": parameter(slots, areas, self.last.kernel, self.last.cpus),
            "memory_bytes": slots * SLOT, "pool_mb": pieces(need) * SLOT >> 20})
        return found
