# SPDX-License-Identifier: GPL-2.0-only
"""One definition of each statistic: order statistics, pairs within a boot, boots, verdicts.

Three kinds of claim, never mixed. This boot (or these two): pairs whose order a coin tossed; the
Hodges-Lehmann estimate with the exact interval of the signed-rank test. This machine: boots are the
unit, Student's t over one estimate a boot. Environment against environment: boot means, Welch's t. All
work on logarithms, so that a difference is a ratio.
"""

import functools
import math
from statistics import mean, median, stdev, variance
from typing import NamedTuple, Optional, Tuple

LEVEL = 0.95
# The fewest pairs that carry an exact interval at LEVEL; below it nothing is judged.
LEAST = 6
# The least difference that matters: closer than this is the same.
MARGIN = math.log(1.02)
# The fewest boots that carry a statement on a machine.
LEAST_BOOTS = 3
# Below so many boots: how far apart two sides must be for that to be told, in logarithms and in
# standard deviations of rounds, which two rounds a side tell badly.
LEAST_FAR, FAR, FAR_OF_TWO = math.log(2), 10, 20

DIFFERS = "differs"
SAME = "same within 2 %"
UNKNOWN = "not told apart"
FEW = "too few pairs"
UNRELIABLE = "unreliable"
UNSTEADY = "no verdict: this boot differs from itself"
# A load of which more rounds than this failed on a backend has no verdict.
MOST_FAILED = 0.1


class Spread(NamedTuple):
    """Median and range of some figures; the interval is exact, from order statistics."""
    n: int
    median: float
    least: float
    greatest: float
    interval: Optional[Tuple[float, float]]  # None below six values


def line(points, least=2):
    """(a, b) of y = a + b x with the least squares of relative errors, or None below @least sizes.

    The costs of 512 bytes and of 256 KiB are a hundredfold apart: by absolute errors the largest
    alone would decide where the line meets x = 0.
    """
    points = [(x, y) for x, y in points if y]
    if len({x for x, _ in points}) < least:
        return None
    weights = [1 / y ** 2 for _, y in points]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, points)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, points)) / total
    slope = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, points)) \
        / sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, points))
    return mean_y - slope * mean_x, slope


class Interval(NamedTuple):
    """Two order statistics, and the chance that the median lies between them."""
    low: float
    high: float
    coverage: float


def interval_of(values):
    """The narrowest exact Interval of the median at LEVEL or above; None below six values."""
    ordered = sorted(values)
    n, below, found = len(ordered), 0, None
    for k in range(n // 2):
        below += _binomial(n, k)
        coverage = 1 - 2 * below / 2 ** n
        if coverage < LEVEL:
            break
        found = Interval(ordered[k], ordered[n - 1 - k], coverage)
    return found


def spread(values):
    """The Spread of some values, at least one."""
    found = interval_of(values)
    return Spread(len(values), median(values), min(values), max(values),
                  found and (found.low, found.high))


def _binomial(n, k):
    return math.factorial(n) // math.factorial(k) // math.factorial(n - k)


def _t_below(freedom, x, parts=400):
    """The chance that Student's t lies below x, not negative, by Simpson's rule."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2))
    scale /= math.sqrt(freedom * math.pi)

    def density(x):
        return scale * (1 + x * x / freedom) ** (-(freedom + 1) / 2)

    step = x / parts
    inner = sum((4 if i % 2 else 2) * density(i * step) for i in range(1, parts))
    return .5 + step / 3 * (density(0) + density(x) + inner)


@functools.lru_cache(maxsize=None)
def t_quantile(freedom, share=0.975):
    """Student's t, by bisection."""
    low, high = 0., 700.
    for _ in range(70):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_below(freedom, middle) < share else (low, middle)
    return low


def half_width(logs, pilot=None):
    """Half the width of the interval of the mean log ratio, as a share: 0.02 is 2 %.

    After Stein's rule the scatter is the pilot's, whose size chose how many logs there are.
    """
    pilot = pilot or logs
    return math.exp(t_quantile(len(pilot) - 1) * stdev(pilot) / math.sqrt(len(logs))) - 1


def _to_tell(logs, margin):
    """How many log ratios that scatter like these an interval of +-margin takes."""
    return math.ceil((t_quantile(len(logs) - 1) * stdev(logs) / margin) ** 2)


def pairs_needed(pilot, share):
    """Stein's rule: how many pairs an interval of +-share takes, told from a pilot alone."""
    return max(len(pilot), _to_tell(pilot, math.log(1 + share)))


class Estimate(NamedTuple):
    """An estimate of a log ratio; interval and p are None where too little carries them."""
    n: int
    log: float
    interval: Optional[Tuple[float, float]]
    p: Optional[float]


@functools.lru_cache(maxsize=None)
def _signed_rank(n):
    """The number of the 2**n ways to toss n signs that give each sum of the positive ranks."""
    ways = [1]
    for rank in range(1, n + 1):
        ways = [(ways[i] if i < len(ways) else 0) + (ways[i - rank] if i >= rank else 0)
                for i in range(len(ways) + rank)]
    return ways


def within_boot(logs):
    """Hodges and Lehmann's Estimate of paired log ratios, at least one.

    Source: M. Hollander, D. A. Wolfe, Nonparametric Statistical Methods, 2nd ed. (1999),
    sections 3.1 to 3.3. Exact whatever the drift, for a coin tossed the order of each pair.
    """
    n = len(logs)
    walsh = sorted((logs[i] + logs[j]) / 2 for i in range(n) for j in range(i, n))
    ways, below, rank = _signed_rank(n), 0, 0
    for count in ways:
        below += count
        if 2 * below / 2 ** n > 1 - LEVEL:
            break
        rank += 1
    if not rank:
        return Estimate(n, median(walsh), None, None)
    above = sum(1 for x in walsh if x > 0) + .5 * sum(1 for x in walsh if x == 0)
    least = min(above, n * (n + 1) / 2 - above)
    tail = sum(count for i, count in enumerate(ways) if i <= least)
    return Estimate(n, median(walsh), (walsh[rank - 1], walsh[len(walsh) - rank]),
                    min(1, 2 * tail / 2 ** n))


def _of_means(n, log, error, freedom):
    """The Estimate of a mean with this standard error."""
    if not error:
        return Estimate(n, log, (log, log), float(not log))
    half = t_quantile(freedom) * error
    p = 2 * (1 - _t_below(freedom, min(100., abs(log) / error)))
    return Estimate(n, log, (log - half, log + half), max(0., p))


def over_boots(logs):
    """The Estimate of a machine, from one log ratio a boot."""
    n, middle = len(logs), mean(logs)
    if n < LEAST_BOOTS:
        return Estimate(n, middle, None, None)
    return _of_means(n, middle, stdev(logs) / math.sqrt(n), n - 1)


def between(before, after):
    """The Estimate of after by before, from the log mean of each boot of two environments."""
    shift, n = mean(after) - mean(before), min(len(before), len(after))
    if n < LEAST_BOOTS:
        return Estimate(n, shift, None, None)
    a, b = variance(before) / len(before), variance(after) / len(after)
    freedom = (a + b) ** 2 / (a ** 2 / (len(before) - 1) + b ** 2 / (len(after) - 1)) \
        if a + b else 1
    return _of_means(n, shift, math.sqrt(a + b), freedom)


def far_apart(before, after):
    """Are two sides so far apart that too few boots to carry an interval can't hide it?

    before, after: the log figures of the rounds, a list a boot. All rounds lie apart, and the boots'
    means by more than twofold and than FAR times what rounds of a boot scatter. Boots that scatter
    as much as rounds, or a few times as much, don't come so far: tests/simulation.t.
    """
    means = [[sum(boot) / len(boot) for boot in side] for side in (before, after)]
    shift = sum(means[1]) / len(means[1]) - sum(means[0]) / len(means[0])
    rounds = [sum(side, []) for side in (before, after)]
    fewest = min(map(len, rounds))
    freedom = sum(len(boot) - 1 for boot in before + after)
    if fewest < 2 or not freedom or not (
            max(rounds[0]) < min(rounds[1]) or max(rounds[1]) < min(rounds[0])):
        return False
    scatter = math.sqrt(sum((value - middle) ** 2 for side, middles in zip((before, after), means)
                            for boot, middle in zip(side, middles) for value in boot) / freedom)
    return abs(shift) > max(LEAST_FAR, (FAR if fewest > 2 else FAR_OF_TWO) * scatter)


def band(same):
    """How far one backend strays from itself: the farther end of what its A/A logs span."""
    if not same:
        return 0.
    found = within_boot(same)
    return max(abs(x) for x in (found.interval or same))


def verdict(found, noise=0., p=None):
    """What an Estimate shows; p: its own, adjusted for the primary figures beside it.

    The interval holds the noise already: the A/A band is compared with the estimate.
    """
    if found.interval is None:
        return FEW
    low, high = found.interval
    apart = (low > 0 or high < 0) and (p is None or p <= 1 - LEVEL)
    if apart and abs(found.log) > max(noise, MARGIN):
        return DIFFERS
    return SAME if -MARGIN < low and high < MARGIN else UNKNOWN


def pairs_to_tell(logs, family=1):
    """How many pairs would tell +-2 % beside so many primary figures; None from one pair."""
    if len(logs) < 2:
        return None
    family = math.ceil(1 + math.log2(max(1, family) / (1 - LEVEL)))
    return max(LEAST, family, _to_tell(logs, MARGIN))


def boots_to_tell(logs):
    """How many boots would tell +-2 % of the machine, from the estimate of each of some boots."""
    return max(LEAST_BOOTS, _to_tell(logs, MARGIN))


def holm(values):
    """p values adjusted so that few are found by chance; None stays and is not counted.

    Source: S. Holm, Scandinavian Journal of Statistics 6 (1979).
    """
    ordered = sorted(p for p in values if p is not None)
    adjusted, most = {}, 0.
    for i, p in enumerate(ordered):
        most = max(most, min(1., (len(ordered) - i) * p))
        adjusted[p] = most
    return [None if p is None else adjusted[p] for p in values]


def fisher(failed, of, others_failed, others_of):
    """Fisher's exact p, two-sided, that one side's rounds fail as often as the other's."""
    both = failed + others_failed

    def ways(k):
        return _binomial(of, k) * _binomial(others_of, both - k)

    every = [ways(k) for k in range(max(0, both - others_of), min(of, both) + 1)]
    return sum(one for one in every if one <= ways(failed)) / sum(every)


def within_noise(log, noise):
    """Is a log ratio no farther from none than the A/A band? Without A/A nothing tells."""
    return bool(noise) and abs(log) <= noise


def too_many(found, of, share=0.05):
    """Are so many false findings among so many more than chance gives in 95 % of all runs?"""
    below = sum(_binomial(of, k) * share ** k * (1 - share) ** (of - k) for k in range(found))
    return found > 0 and below > LEVEL


def most_by_chance(of):
    """The most false findings among so many that too_many() takes for chance."""
    return max(found for found in range(of + 1) if not too_many(found, of))
