# SPDX-License-Identifier: GPL-2.0-only
"""How far the peak of a recording can be trusted: the size exceeded once in a longer time.

The most in use in each interval of a recording is a sample of maxima, so it is taken to follow the
generalized extreme value distribution, fitted by L-moments (Hosking 1985): its shape tells a load
that has a limit from one that has none. The interval comes from fitting samples drawn from that
fit again. Where the data can't tell, they say why.
"""
import math
import random
from typing import NamedTuple, Optional

LEAST_INTERVALS = 30
REACH = 100  # a level is given for at most so many times the recording's length
SAMPLES = 400
DAY, MONTH = 86400.0, 30 * 86400.0


class Level(NamedTuple):
    """Slots exceeded once in 'seconds', or why that is not known."""
    seconds: float
    slots: Optional[int]
    low: Optional[int]
    high: Optional[int]
    why_not: Optional[str]


class Fit(NamedTuple):
    """Of the distribution; a shape above 0 has an upper limit."""
    location: float
    scale: float
    shape: float

    def quantile(self, minus_log):
        """Where -log of the share that lies below is this."""
        if abs(self.shape) < 1e-6:
            return self.location - self.scale * math.log(minus_log)
        return self.location + self.scale / self.shape * (1 - minus_log ** self.shape)

    def exceeded_once(self, intervals):
        """What one of so many intervals exceeds."""
        return self.quantile(-math.log1p(-1 / intervals))


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
    if abs(shape) < 1e-6:
        scale = second / math.log(2)
        return Fit(b0 - 0.5772156649 * scale, scale, 0.0)
    gamma = math.gamma(1 + shape)
    scale = second * shape / ((1 - 2 ** -shape) * gamma)
    return Fit(b0 - scale * (1 - gamma) / shape, scale, shape)


def autocorrelation(x):
    """Of neighbours; 0 where nothing varies."""
    mean = sum(x) / len(x)
    spread = sum((v - mean) ** 2 for v in x)
    if not spread:
        return 0.0
    return sum((a - mean) * (b - mean) for a, b in zip(x, x[1:])) / spread


def trend(x):
    """Kendall's z of the maxima against time: beyond 3 they rise or fall."""
    n, score = len(x), 0
    for i in range(n):
        for k in range(i + 1, n):
            score += (x[k] > x[i]) - (x[k] < x[i])
    return score / math.sqrt(n * (n - 1) * (2 * n + 5) / 18)


def why_not(maxima, interval, seconds):
    """Why these maxima tell nothing about so long a time, or None."""
    if len(maxima) < LEAST_INTERVALS:
        return f"{len(maxima)} intervals are too few"
    if abs(trend(maxima)) > 3:
        return "the load rises or falls while it is recorded"
    if autocorrelation(maxima) > 0.5:
        return "its intervals are not independent"
    length = interval * len(maxima)
    if seconds > REACH * length:
        return f"it takes a recording of {duration(seconds / REACH)}"
    return None


def duration(seconds):
    """In words, rounded up."""
    for unit, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{math.ceil(seconds / unit)} {name}"
    return f"{math.ceil(seconds)} seconds"


def level(maxima, interval, seconds):
    """The size exceeded once in so many seconds, with its 90 % interval."""
    wrong = why_not(maxima, interval, seconds)
    if wrong:
        return Level(seconds, None, None, None, wrong)
    intervals = max(seconds / interval, 2)
    fitted = fit(maxima)
    draw = random.Random(1)
    again = sorted(
        fit([fitted.quantile(-math.log(draw.uniform(1e-12, 1 - 1e-12))) for _ in maxima])
        .exceeded_once(intervals) for _ in range(SAMPLES))
    seen = max(maxima)

    def slots(value):
        return max(math.ceil(value - 1e-6), seen)

    return Level(seconds, slots(fitted.exceeded_once(intervals)), slots(again[SAMPLES // 20]),
                 slots(again[-SAMPLES // 20]), None)
