# SPDX-License-Identifier: GPL-2.0-only
"""The generalized extreme value distribution, and its fit by L-moments.

Signs and formulas are those of Hosking, Wallis, Wood 1985 (Technometrics 27, 251-261): a shape
above 0 has an upper limit.
"""
import math
from typing import NamedTuple

STRAIGHT = 1e-6  # a shape nearer to 0 counts as 0: Gumbel's distribution
EULER = 0.5772156649


class Fit(NamedTuple):
    """Of the distribution."""
    location: float
    scale: float
    shape: float

    def quantile(self, minus_log):
        """Where -log of the share that lies below is this."""
        return self.location + self.scale * standard(self.shape, minus_log)

    def minus_log_below(self, x):
        """-log of the share that lies below x; math.inf: none does."""
        z = (x - self.location) / self.scale
        if abs(self.shape) < STRAIGHT:
            return math.exp(min(-z, 700.0))
        left = 1 - self.shape * z
        if left <= 0:
            return 0.0 if self.shape > 0 else math.inf
        return math.exp(min(math.log(left) / self.shape, 700.0))


def standard(shape, minus_log):
    """The quantile where location is 0 and scale 1."""
    if abs(shape) < STRAIGHT:
        return -math.log(minus_log)
    return (1 - minus_log ** shape) / shape


def once_in(intervals):
    """-log of the share of intervals that lie below what one of so many exceeds."""
    return -math.log1p(-1 / intervals)


def fit(maxima):
    """By L-moments; nothing varies: a scale of 0."""
    x = sorted(maxima)
    n = len(x)
    b0 = sum(x) / n
    b1 = sum(i * v for i, v in enumerate(x)) / (n * (n - 1))
    b2 = sum(i * (i - 1) * v for i, v in enumerate(x)) / (n * (n - 1) * (n - 2))
    second = 2 * b1 - b0
    if second <= 1e-9:
        return Fit(b0, 0.0, 0.0)
    skew = (6 * b2 - 6 * b1 + b0) / second
    c = 2 / (3 + skew) - math.log(2) / math.log(3)
    shape = 7.8590 * c + 2.9554 * c * c
    if abs(shape) < STRAIGHT:
        scale = second / math.log(2)
        return Fit(b0 - EULER * scale, scale, 0.0)
    gamma = math.gamma(1 + shape)
    scale = second * shape / ((1 - 2 ** -shape) * gamma)
    return Fit(b0 - scale * (1 - gamma) / shape, scale, shape)
