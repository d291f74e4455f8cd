# SPDX-License-Identifier: GPL-2.0-only
"""The statistics of the suite (analysis/estimates.py) of what may be missing, as the record has them."""

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
