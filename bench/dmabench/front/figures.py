# SPDX-License-Identifier: GPL-2.0-only
"""The statistics of the suite (analysis/estimates.py) of what may be missing, as the record has them."""

import math
import statistics

import estimates


def known(values):
    """The values that are there."""
    return [value for value in values if value is not None]


def median(values):
    """The median, or None."""
    values = known(values)
    return statistics.median(values) if values else None


def interval(values):
    """The exact interval of the median, with its chance to hold it; None below six values."""
    found = estimates.interval_of(known(values))
    return found and dict(found._asdict())


def spread(values):
    """The median of some values and what lies around it."""
    values = known(values)
    return {"n": len(values), "median": median(values), "min": min(values, default=None),
            "max": max(values, default=None), "interval": interval(values)}


def paired(ratios):
    """(ratio, what lies around it) of the ratios of paired figures, all above 0: Hodges and Lehmann's
    estimate, as in every ratio of the suite, with its exact interval, None below six pairs. Both are
    None without a pair.
    """
    if not ratios:
        return None, None
    found = estimates.within_boot([math.log(ratio) for ratio in ratios])
    ends = found.interval and [math.exp(log) for log in found.interval]
    return math.exp(found.log), {"n": found.n, "min": min(ratios), "max": max(ratios),
                                 "interval": ends and dict(zip(("low", "high"), ends))}
