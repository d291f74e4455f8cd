# SPDX-License-Identifier: GPL-2.0-only
"""Do maxima follow the distribution that was fitted to them?

Two figures are held against those of samples drawn from the fit, rounded to the data's own step
(buffers of one size make multiples of it) and fitted again: a parametric bootstrap (Stute, Gonzalez
Manteiga, Presedo Quindimil 1993). They are Anderson and Darling's (1954) for the whole, and how
seldom the fit has so high a maximum, for one value alone.
"""
import functools
import math
import random

from gev import fit

SAMPLES = 199
SELDOM = 0.025  # share of good samples that are refused, by each figure


def anderson_darling(fitted, ordered):
    n = len(ordered)
    below = [min(max(fitted.minus_log_below(v), 1e-12), 700.0) for v in ordered]
    above = [math.log(-math.expm1(-w)) for w in below]
    return -n - sum((2 * i + 1) * (above[n - 1 - i] - below[i]) for i in range(n)) / n


def figures(maxima):
    """(Anderson-Darling, minus the expected number above the highest): larger is worse."""
    ordered, fitted = sorted(maxima), fit(maxima)
    if not fitted.scale:
        return math.inf, math.inf
    return anderson_darling(fitted, ordered), -len(ordered) * fitted.minus_log_below(ordered[-1])


def misfit(maxima):
    """Why they don't, or None."""
    fitted, draw = fit(maxima), random.Random(1)
    shape, highest = figures(maxima)
    worse_shape = worse_highest = 1
    step = functools.reduce(math.gcd, maxima) or 1
    for _ in range(SAMPLES):
        drawn = figures([
            step * round(fitted.quantile(-math.log(draw.uniform(1e-12, 1 - 1e-12))) / step)
            for _ in maxima])
        worse_shape += drawn[0] >= shape
        worse_highest += drawn[1] >= highest
    if worse_shape <= SELDOM * (SAMPLES + 1):
        return "its intervals do not follow one distribution: the load is of several kinds"
    if worse_highest <= SELDOM * (SAMPLES + 1):
        return "its highest interval does not follow from the others"
    return None
