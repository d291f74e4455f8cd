# SPDX-License-Identifier: GPL-2.0-only
"""How far the peak of a recording can be trusted: the size exceeded once in a longer time.

The most in use in each interval of a recording is a sample of maxima, so it is taken to follow the
generalized extreme value distribution: its shape tells a load that has a limit from one that has
none. Where the data can't tell, they say why.
"""
import math
from typing import NamedTuple, Optional

from fitness import misfit
from gev import once_in
from likelihood import Profile

LEAST_INTERVALS = 30
LEAST_VALUES = 10  # different ones
REACH = 100  # a level is given for at most so many times the recording's length
WIDEST = 4  # its interval's end, as a multiple of the most that was seen
DAY, MONTH = 86400.0, 30 * 86400.0


class Level(NamedTuple):
    """Slots exceeded once in 'seconds', or why that is not known."""
    seconds: float
    slots: Optional[int]
    low: Optional[int]
    high: Optional[int]
    why_not: Optional[str]


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
    values = len(set(maxima))
    if values < LEAST_VALUES:
        return f"its {len(maxima)} intervals have only {values} different " \
               f"value{'' if values == 1 else 's'}"
    return misfit(maxima)


def duration(seconds):
    """In words, rounded up."""
    for unit, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{math.ceil(seconds / unit)} {name}"
    return f"{math.ceil(seconds)} seconds"


def unknown(times, reason):
    """For each of these times: the same reason."""
    return [Level(seconds, None, None, None, reason) for seconds in times]


def level(maxima, interval, seconds):
    """The size exceeded once in so many seconds, with its 90 % interval."""
    wrong = why_not(maxima, interval, seconds)
    if wrong:
        return unknown([seconds], wrong)[0]
    low, best, high = Profile(maxima, once_in(max(seconds / interval, 2))).interval()
    low, best, high = math.floor(max(low, 0)), math.ceil(best), math.ceil(high)
    if high > WIDEST * max(maxima):
        return unknown([seconds], f"it may be anything from {low} to {high} slots")[0]
    return Level(seconds, best, low, high, None)


def levels(maxima, interval, full=False, failed=0):
    """Of a day and of a month; what a pool cut off tells nothing of what was wanted."""
    times = (DAY, MONTH)
    if failed:
        return unknown(times, "mappings failed, and their drivers asked for less")
    if full:
        return unknown(times, "the pool was full: more may have been wanted")
    return [level(maxima, interval, seconds) for seconds in times]
