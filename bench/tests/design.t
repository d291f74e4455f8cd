#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The plan as an experiment: no drift, hump or period of the machine passes for a difference."""

import math
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import CHECKOUT, Tap, use  # noqa: E402

use("bench/runner", "analysis")
import estimates  # noqa: E402
import figures  # noqa: E402
import loads  # noqa: E402
import plan  # noqa: E402

tap = Tap()


class Disk:
    """A target as the plan sees it."""
    id, kind, wide, module, writable = "disk", "disk", True, True, True


SUITE = loads.find(CHECKOUT)


def visits(seed, rounds=12, size="full"):
    """The plan of a run."""
    wanted = plan.Settings(size, rounds, 1, seed, False)
    return plan.make([Disk()], SUITE, wanted)


def order(seed):
    """The sides of the pairs of reads, in their order: 'ABBA...'."""
    return "".join(visit.position[0] for visit in visits(seed)
                   if visit.kind == plan.TIMED and visit.block == "reads")


firsts = [order(seed)[::2] for seed in range(300)]
heads = sum(one.count("A") for one in firsts)
tap.between(heads / 3600, .47, .53, "the coin is fair")
same = sum(one[i] == one[i + 1] for one in firsts for i in range(11))
tap.between(same / 3300, .47, .53, "and does not remember")
tap.ok(all(one.count("A") == 12 for one in map(order, range(20))), "each pair has both sides")

blocks = [visit.block for visit in visits(1)]
tap.equal(sorted(blocks, key=("reads", "writes", "counts").index), blocks,
          "reads, then writes, then counted rounds")
tap.equal([visit.kind for visit in visits(1)][:2], [plan.DISCARDED] * 2,
          "one visit a backend is discarded")
counted = [visit for visit in visits(1) if visit.kind == plan.COUNTED and not visit.force]
tap.equal(sorted((visit.backend, visit.turn) for visit in counted),
          [(backend, turn) for backend in ("module", "stock") for turn in range(3)],
          "in the full set each backend is counted three times")
tap.equal(len({visit.group() for visit in counted}), 6, "each of which stands by itself")
tap.equal(max(visit.turn for visit in visits(1, 3, "quick")), 0, "in the quick one once")


class Cards(Disk):
    """A pair of network cards."""
    id, kind = "eth0", "pair"


class Readable(Disk):
    """A disk that may not be written to."""
    id, writable = "readable", False


def both(target, emulated):
    """The loads of the quick set that are timed and counted."""
    wanted = plan.Settings("quick", 3, 1, 1, emulated)
    loads_of = {kind: {load for visit in plan.make([target], SUITE, wanted)
                       if visit.kind == kind for load in visit.loads}
                for kind in (plan.TIMED, plan.COUNTED)}
    return sorted(loads_of[plan.TIMED] & loads_of[plan.COUNTED])


tap.equal([both(target, False) for target in (Disk(), Readable(), Cards())],
          [["randread-4k-qd1"], ["randread-4k-qd1"], ["tcp-forward"]],
          "on a host the quick set counts a load that it times, of each class of devices")
tap.equal([both(target, True) for target in (Disk(), Cards())], [[], []],
          "an emulated machine, whose times tell nothing, counts none more")
forced = [visit.loads for visit in plan.make([Disk()], SUITE, plan.Settings("quick", 3, 1, 1, False))
          if visit.force]
tap.equal(forced, [("verify-crc32c",)], "the load that is forced to bounce is the one that checks")


class Narrow(Disk):
    """One that bounces by nature."""
    id, wide = "narrow", False


class Holder:
    """What fills the pool: a function of a pair of cards."""
    target, both, fills = object(), True, (50, 90)


def held(targets, holder):
    """The visits while the pool is held."""
    wanted = plan.Settings("quick", 3, 1, 1, True)
    return [(visit.target, visit.backend, visit.held, visit.loads)
            for visit in plan.make(targets, SUITE, wanted, holder) if visit.kind == plan.HELD]


tap.equal(held([Disk(), Narrow()], Holder),
          [("narrow", backend, fill, ("verify-crc32c",)) for fill in (50, 90)
           for backend in ("stock", "module")],
          "what bounces is loaded while half and nine tenths of the pool are held, on each backend")
Holder.both = False
tap.equal({backend for _, backend, _, _ in held([Narrow()], Holder)}, {"stock"},
          "where no device may hold the module's, on stock alone")
tap.equal(held([Narrow()], None), [], "and not at all where nothing holds")
one = Narrow()
Holder.target = one
tap.equal(held([one], Holder), [], "what holds is not loaded meanwhile")
writes = [visit for visit in visits(1) if visit.block == "writes"]
tap.equal((writes[0].loads, writes[0].backend, writes[0].kind),
          (("fill-128k",), "stock", plan.DISCARDED), "before the first write the disk is filled")
tap.equal(["fill-128k" in visit.loads for visit in visits(1)].count(True), 1, "once")
seeds = {plan.seed_of(1, "disk", "load", pair) for pair in range(100)}
tap.equal(len(seeds), 100, "offsets differ by pair")


def false_rate(drift, runs=600):
    """How often two equal backends look different under a drift of the machine by visit."""
    found = 0
    for seed in range(runs):
        chance = random.Random(seed)
        rounds = [{"position": f"{side}{number // 2 + 1}", "figures": {
            "iops": math.exp(drift(number) + chance.gauss(0, .01))}}
                  for number, side in enumerate(order(seed))]
        ratios = figures.pair_ratios(rounds, "iops").values()
        low, high = estimates.spread(list(ratios)).interval
        found += low > 1 or high < 1
    return found / runs


# the interval of twelve values misses 3.9 times in a hundred, by order statistics
for name, drift in (("a steady drift", lambda n: .02 * n),
                    ("a hump", lambda n: .3 * math.sin(math.pi * n / 24)),
                    ("a period of four visits", lambda n: .1 * (n % 4 in (1, 2))),
                    ("a step", lambda n: .2 * (n > 9)),
                    ("a warm machine", lambda n: -.5 * math.exp(-n / 3))):
    tap.between(false_rate(drift), 0, .065, f"{name} is seldom taken for a difference")
sys.exit(tap.done())
