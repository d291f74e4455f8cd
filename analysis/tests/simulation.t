#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A/A by simulation: how often the rules find a difference where there is none, and how often an
interval holds the truth, for each way in which a machine may be noisy."""

import math
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import Tap, use  # noqa: E402

use("analysis", "analysis/report")
import cells  # noqa: E402
import change  # noqa: E402
import estimates  # noqa: E402

RUNS, PAIRS, EFFECT = 700, 12, 0.03
tap = Tap()
chance = random.Random(20261128)


def steps(n, scatter=0.05):
    """A machine that falls from one speed into another now and then."""
    level, out = 0., []
    for _ in range(n):
        if chance.random() < .15:
            level = chance.choice((-.1, 0., .1))
        out.append(level + chance.gauss(0, scatter))
    return out


def follow(n, keep=0.8):
    """Each round takes after the one before it."""
    last, out = 0., []
    for _ in range(n):
        last = keep * last + chance.gauss(0, .05)
        out.append(last)
    return out


def shaped(shape):
    """A drift of a given shape under even noise."""
    return lambda n: [shape(i, n) + chance.gauss(0, .03) for i in range(n)]


NOISE = {
    "even": lambda n: [chance.gauss(0, .05) for _ in range(n)],
    "skewed": lambda n: [chance.expovariate(20) for _ in range(n)],
    "with outliers": lambda n: [chance.gauss(0, .02) * (20 if chance.random() < .05 else 1)
                                for _ in range(n)],
    "that follows itself": follow,
    "in steps": steps,
    "on a slope": shaped(lambda i, n: .3 * i / n),
    "on a hump": shaped(lambda i, n: .2 * math.sin(math.pi * i / n)),
    "with a period of four visits": shaped(lambda i, n: .1 if i % 4 in (1, 2) else -.1),
}


def one_boot(noise, pairs, effect):
    """Log ratios of the pairs, and those of neighbouring visits to one backend."""
    sides = "".join(chance.choice(("AB", "BA")) for _ in range(pairs))
    times = [value + (effect if side == "B" else 0)
             for side, value in zip(sides, noise(len(sides)))]
    logs = [(times[i + 1] - times[i]) * (1 if sides[i] == "A" else -1)
            for i in range(0, len(sides), 2)]
    same = [times[i + 1] - times[i] for i in range(len(sides) - 1) if sides[i] == sides[i + 1]]
    return logs, same


for name, noise in NOISE.items():
    false = held = 0
    for _ in range(RUNS):
        logs, same = one_boot(noise, PAIRS, 0)
        found = estimates.within_boot(logs)
        false += estimates.verdict(found, estimates.band(same)) == estimates.DIFFERS
        low, high = estimates.within_boot(one_boot(noise, PAIRS, EFFECT)[0]).interval
        held += low <= EFFECT <= high
    tap.between(100 * false / RUNS, 0, 7, f"noise {name}: few false differences, in %")
    tap.between(100 * held / RUNS, 93, 100, f"noise {name}: the interval holds the truth, in %")

# -- power: a rule that finds nothing would pass all of the above
hits = sum(estimates.verdict(estimates.within_boot(logs), estimates.band(same)) == estimates.DIFFERS
           for logs, same in (one_boot(shaped(lambda i, n: .2 * i / n), PAIRS, .12)
                              for _ in range(300)))
tap.between(100 * hits / 300, 90, 100, "a difference of 12 % is found on a slope, in %")

# -- the whole family of a run, with as many pairs as its primary figures need
false = 0
for _ in range(900):
    found = [estimates.within_boot(one_boot(NOISE["even"], 9, 0)[0]) for _ in range(12)]
    adjusted = estimates.holm([one.p for one in found])
    false += any(estimates.verdict(one, 0, p) == estimates.DIFFERS
                 for one, p in zip(found, adjusted))
tap.between(100 * false / 900, 0, 7, "twelve primary figures: runs with a false difference, in %")

# -- boots: rounds of one boot share what the boot brought
for scatter in (.02, .05, .1):
    false = held = 0
    for _ in range(RUNS):
        boots = [[chance.gauss(0, scatter) + chance.gauss(0, .05 / math.sqrt(6))
                  for _ in range(3)] for _ in range(2)]
        low, high = estimates.between(*boots).interval
        false += low > 0 or high < 0
        thetas = [estimates.within_boot([theta + chance.gauss(0, .05) for _ in range(6)]).log
                  for theta in (chance.gauss(EFFECT, scatter) for _ in range(5))]
        low, high = estimates.over_boots(thetas).interval
        held += low <= EFFECT <= high
    tap.between(100 * false / RUNS, 0, 7, f"boots scatter by {scatter}: few false changes, in %")
    tap.between(100 * held / RUNS, 93, 100, f"boots scatter by {scatter}: held, in %")


# -- one boot a side: whole runs of twelve loads, by the words that compare has for them
def side_of(noise, rounds, scatter, effect=0.):
    """A load's rounds in one boot, which brought something of its own."""
    boot = chance.gauss(effect, scatter)
    return cells.Cell("d", "l", "stock", False, [
        {"figures": {"iops": math.exp(boot + value)}} for value in noise(rounds)])


def judged(before, after):
    """What compare says of the second boot by the first."""
    return change.word(cells.FIGURES["iops"], *change.shift(before, after, "iops"), None)


WIDE = {"even, of 20 %": lambda n: [chance.gauss(0, .2) for _ in range(n)]}
for name, noise in dict(NOISE, **WIDE).items():
    own = .2 if name in WIDE else .05
    for rounds in (2, 3, 6, 12):
        for scatter in (0, own):
            false = sum(any(judged(*(side_of(noise, rounds, scatter) for _ in range(2)))
                            for _ in range(12)) for _ in range(200))
            tap.between(100 * false / 200, 0, 7, f"{rounds} rounds of one boot, noise {name}, boots "
                        f"by {scatter}: runs with a false word, in %")
for rounds in (2, 3, 6, 12):
    hits = [judged(side_of(NOISE["even"], rounds, .05),
                   side_of(NOISE["even"], rounds, .05, -math.log(10))) for _ in range(300)]
    tap.between(sum("worse" in one for one in hits) / 3, 95, 100,
                f"{rounds} rounds of one boot: a tenfold fall is remarked, in %")
sys.exit(tap.done())
