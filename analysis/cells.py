# SPDX-License-Identifier: GPL-2.0-only
"""The rounds of one environment by device, load, backend and force; their pairs, and A/A.

A cell holds the good rounds of one of these. The baseline of a load is stock, not forced.
"""

import math
import random
from typing import NamedTuple

import estimates
import raw_files


class Figure(NamedTuple):
    """A figure: the value times scale is in unit; better is 1, -1, or 0 where none is."""
    label: str
    unit: str
    scale: float
    better: int


FIGURES = {
    "iops": Figure("throughput", "IOPS", 1, 1),
    "bandwidth_bytes_s": Figure("throughput", "MB/s", 1e-6, 1),
    "lat_p50_ns": Figure("latency p50", "us", 1e-3, -1),
    "lat_p99_ns": Figure("latency p99", "us", 1e-3, -1),
    "lat_p999_ns": Figure("latency p99.9", "us", 1e-3, -1),
    "io_bytes": Figure("data moved", "MB", 1e-6, 0),
    "ios": Figure("operations", "", 1, 0),
    "runtime_s": Figure("run time", "s", 1, 0),
    "cpu_user_s": Figure("CPU time, user", "s", 1, 0),
    "cpu_sys_s": Figure("CPU time, kernel", "s", 1, 0),
    "vcpu_s": Figure("vCPU time by Xen", "s", 1, 0),
    "window_bytes": Figure("moved in the window", "MB", 1e-6, 0),
    "retransmits": Figure("retransmits", "", 1, 0),
    "lost_packets": Figure("lost packets", "", 1, 0),
    "cpu_s_per_gb": Figure("CPU time per GB", "s/GB", 1, -1),
    "vcpu_s_per_gb": Figure("vCPU time per GB", "s/GB", 1, -1),
}
# Tails stand on all rounds of a cell together: a stall in one round of six is in them.
TAILS = {"lat_p99_ns": 0.99, "lat_p999_ns": 0.999}
# Loads whose mean operation is smaller than this are told in operations a second.
SMALL_OPERATION = 65536
# How far fio's bins are from what fell into them.
BIN = math.log(1.008)
RESAMPLES, LEAST_FOR_TAILS = 300, 12
# The claim of an estimate over boots.
MACHINE = "this machine"


class Cell(NamedTuple):
    device: str
    load: str
    backend: str
    force: bool
    rounds: list

    @property
    def baseline(self):
        return self.backend == "stock" and not self.force

    def values(self, key):
        """[(round, value)] of the rounds that know this figure."""
        return [(one, one["figures"][key]) for one in self.rounds
                if one["figures"].get(key) is not None]


def cells_of(record, kind):
    """The cells of one kind of round: by device, then load, as they came; the baseline first."""
    found = {}
    for one in record["rounds"]:
        if one["kind"] == kind and one["ok"]:
            loads = found.setdefault(one["device"], {})
            sides = loads.setdefault(one["load"], {})
            sides.setdefault((one["backend"], one["force"]), []).append(one)
    return [Cell(device, load, backend, force, rounds)
            for device, loads in found.items() for load, sides in loads.items()
            for (backend, force), rounds in sorted(
                sides.items(), key=lambda side: side[0] != ("stock", False))]


def serial_of(record, target):
    """The serial number of a device's medium; None where it has none or it was not recorded."""
    return next((device.get("serial") for device in record["devices"]
                 if device.get("target", device["id"]) == target), None)


def another_medium(target, record, other):
    """The two serial numbers, where a name means another medium in another record; else None. Names of
    disks are given anew at each boot.
    """
    serials = serial_of(record, target), serial_of(other, target)
    return serials if all(serials) and serials[0] != serials[1] else None


def name_in(other, target, record):
    """What a device of a record is called in another one: by its serial number where both know it.
    None where the name means another medium there, and this one is not there.
    """
    serial = serial_of(record, target)
    found = next((device.get("target", device["id"]) for device in other["devices"]
                  if serial and device.get("serial") == serial), None)
    return found or (None if another_medium(target, record, other) else target)


def baseline_of(cells, cell):
    """The baseline of a cell's load, or None."""
    return next((one for one in cells if one.baseline
                 and (one.device, one.load) == (cell.device, cell.load)), None)


def throughput_of(rounds):
    """The name of the figure that tells the throughput of a load."""
    for one in rounds:
        ios = one["figures"].get("ios")
        if ios:
            return "iops" if (one["figures"].get("io_bytes") or 0) / ios < SMALL_OPERATION else \
                "bandwidth_bytes_s"
    return "bandwidth_bytes_s"


def primary(cell):
    """The one figure of a load on which a verdict is given."""
    return throughput_of(cell.rounds)


def compared(cell):
    """The figures that are compared: one throughput, and what has a better."""
    return [key for key, figure in FIGURES.items() if figure.better
            and (figure.label != "throughput" or key == primary(cell))]


def merged(rounds):
    """All latency bins of some rounds together, sorted."""
    bins = {}
    for one in rounds:
        for value, count in one.get("bins") or ():
            bins[value] = bins.get(value, 0) + count
    return sorted(bins.items())


def tail(rounds, key):
    """A tail of all rounds together; None with too few beyond it."""
    return raw_files.percentile(merged(rounds), TAILS[key])


def _place(one):
    """The number of a round's pair, in its boot; None without one."""
    number = one.get("pair")
    if number is None and one.get("position"):
        number = int("".join(c for c in one["position"] if c.isdigit()) or 0)
    return None if number is None else (one.get("boot", 0), number)


def pairs_of(base, cell):
    """[(round of the baseline, round of the cell)] whose number is the same."""
    mates = {_place(one): one for one in cell.rounds if _place(one)}
    return [(one, mates[_place(one)]) for one in base.rounds if _place(one) in mates]


def neighbours_of(cell):
    """A/A: [(a visit's round, the next one's)] where both visits were to one backend in one boot.

    No round stands in two of them. Between them the device was bound again.
    """
    found, taken = [], False
    for before, after in zip(cell.rounds, cell.rounds[1:]):
        taken = not taken and before.get("visit") is not None and \
            after.get("visit") == before["visit"] + 1 and before.get("boot") == after.get("boot")
        if taken:
            found.append((before, after))
    return found


def logs_of(pairs, key):
    """[(pair, log ratio)] of the pairs that both know this figure."""
    out = []
    for a, b in pairs:
        before, after = a["figures"].get(key), b["figures"].get(key)
        if before and after and before > 0 and after > 0:
            out.append(((a, b), math.log(after / before)))
    return out


def by_boot(logs):
    """The log ratios of each boot."""
    boots = {}
    for (a, _), log in logs:
        boots.setdefault(a.get("boot", 0), []).append(log)
    return list(boots.values())


def one_a_boot(logs):
    """The estimate of each boot's log ratios."""
    return [estimates.within_boot(one).log for one in by_boot(logs)]


def _of_boots(number):
    """The claim of pairs within so many boots: of these, and no others."""
    words = {1: "this boot", 2: "these two boots"}
    return words.get(number, f"these {number} boots")


def estimate(logs):
    """(Estimate, claim) of a figure's pairs: of the machine from three boots on, else of these."""
    boots = one_a_boot(logs)
    if len(boots) >= estimates.LEAST_BOOTS:
        return estimates.over_boots(boots), MACHINE
    return estimates.within_boot([log for _, log in logs]), _of_boots(len(boots))


def tail_estimate(base, cell, key):
    """(Estimate, claim) of a pooled tail; the interval by drawing whole pairs again, which tells of
    the boots they are from.
    """
    before, after = tail(base.rounds, key), tail(cell.rounds, key)
    if not before or not after:
        return None, None
    log, pairs = math.log(after / before), pairs_of(base, cell)
    claim = _of_boots(len({one.get("boot", 0) for one in base.rounds + cell.rounds}))
    if len(pairs) < LEAST_FOR_TAILS:
        return estimates.Estimate(len(pairs), log, None, None), claim
    chance, logs = random.Random(0), []
    for _ in range(RESAMPLES):
        drawn = chance.choices(pairs, k=len(pairs))
        sides = [raw_files.percentile(merged(side), TAILS[key]) for side in zip(*drawn)]
        if all(sides):
            logs.append(math.log(sides[1] / sides[0]))
    logs.sort()
    cut = int(len(logs) * (1 - estimates.LEVEL) / 2)
    inside = (logs[cut] - BIN, logs[-1 - cut] + BIN) if len(logs) > 2 * cut else None
    return estimates.Estimate(len(pairs), log, inside, None), claim


def boots_of(cell, key):
    """The log figures of the rounds of each boot."""
    boots = {}
    for one, value in cell.values(key):
        if value > 0:
            boots.setdefault(one.get("boot", 0), []).append(math.log(value))
    return list(boots.values())


def boot_means(cell, key):
    """The mean log figure of each boot."""
    return [sum(logs) / len(logs) for logs in boots_of(cell, key)]
