# SPDX-License-Identifier: GPL-2.0-only
"""Order statistics, and how many pairs a wanted precision takes."""

import math
from statistics import median, stdev
from typing import NamedTuple, Optional, Tuple

LEVEL = 0.95


class Spread(NamedTuple):
    """Median and range of some figures; the interval is exact, from order statistics."""
    n: int
    median: float
    least: float
    greatest: float
    interval: Optional[Tuple[float, float]]  # None below six values


def spread(values):
    """The Spread of some values, at least one."""
    ordered = sorted(values)
    n, below, rank = len(ordered), 0, 0
    for k in range(n):
        below += _binomial(n, k)
        if 2 * below / 2 ** n > 1 - LEVEL:
            break
        rank = k + 1
    interval = (ordered[rank - 1], ordered[n - rank]) if rank else None
    return Spread(n, median(ordered), ordered[0], ordered[-1], interval)


def _binomial(n, k):
    return math.factorial(n) // math.factorial(k) // math.factorial(n - k)


def t_quantile(freedom, share=0.975):
    """Student's t, by Simpson's rule and bisection."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2))
    scale /= math.sqrt(freedom * math.pi)

    def density(x):
        return scale * (1 + x * x / freedom) ** (-(freedom + 1) / 2)

    def below(x, parts=400):
        step = x / parts
        inner = sum((4 if i % 2 else 2) * density(i * step) for i in range(1, parts))
        return .5 + step / 3 * (density(0) + density(x) + inner)

    low, high = 0., 700.
    for _ in range(70):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < share else (low, middle)
    return low


def half_width(logs, pilot=None):
    """Half the width of the interval of the mean log ratio, as a share: 0.02 is 2 %.

    After Stein's rule the scatter is the pilot's, whose size chose how many logs there are.
    """
    pilot = pilot or logs
    return math.exp(t_quantile(len(pilot) - 1) * stdev(pilot) / math.sqrt(len(logs))) - 1


def pairs_needed(pilot, share):
    """Stein's rule: how many pairs an interval of +-share takes, told from a pilot alone."""
    wanted = (t_quantile(len(pilot) - 1) * stdev(pilot) / math.log(1 + share)) ** 2
    return max(len(pilot), math.ceil(wanted))
