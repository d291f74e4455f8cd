#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""How often the tuner's 90 % interval holds the truth: coverage.py [SAMPLES].

Samples are drawn from distributions that are known. A shape above 0 has an upper limit. The size is
that exceeded once in as many intervals as the sample has, in ten and in a hundred times as many.
"""
import math
import os
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "tune"))
import fitness  # noqa: E402
from gev import Fit, once_in  # noqa: E402
from likelihood import Profile  # noqa: E402

LOAD = (1000, 100)  # location and scale, in slots


def sample(chance, intervals, shape):
    made = Fit(*LOAD, shape)
    return [round(made.quantile(-math.log(chance.uniform(1e-12, 1 - 1e-12)))) for _ in range(intervals)]


def held(intervals, shape, reach, samples, seed=1):
    """In how many of the samples the interval holds the truth."""
    chance, below = random.Random(seed), once_in(reach * intervals)
    truth = Fit(*LOAD, shape).quantile(below)
    return sum(Profile(sample(chance, intervals, shape), below).covers(truth) for _ in range(samples))


def refused(intervals, shape, samples):
    """How many samples are said not to follow the distribution that they were drawn from."""
    chance = random.Random(2)
    return sum(fitness.misfit(sample(chance, intervals, shape)) is not None for _ in range(samples))


def main():
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print("intervals  shape  held, %: x 1, x 10, x 100  refused, %")
    for intervals in (30, 60, 600):
        for shape in (-0.2, -0.1, 0.0, 0.1, 0.2, 0.5, 0.9):
            found = [100 * held(intervals, shape, reach, samples) / samples for reach in (1, 10, 100)]
            print(f"{intervals:9}  {shape:5}  " + "  ".join(f"{one:5.1f}" for one in found) +
                  f"  {100 * refused(intervals, shape, samples) / samples:5.1f}", flush=True)


if __name__ == "__main__":
    main()
