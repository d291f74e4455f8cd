# SPDX-License-Identifier: GPL-2.0-only
"""Order statistics of what may be missing."""


def known(values):
    """The values that are there."""
    return [value for value in values if value is not None]


def median(values):
    """The median, or None."""
    values = sorted(known(values))
    if not values:
        return None
    middle = len(values) // 2
    if len(values) % 2:
        return values[middle]
    return (values[middle - 1] + values[middle]) / 2


def interval(values):
    """The exact interval of the median by order statistics, the narrowest whose chance of holding
    it is at least 95 %; None below six values.
    """
    values = sorted(known(values))
    n, term, below, found = len(values), 0.5 ** len(values), 0.0, None
    for k in range(1, n // 2 + 1):
        below += term
        term *= (n - k + 1) / k
        if 1 - 2 * below >= 0.95:
            found = {"low": values[k - 1], "high": values[n - k], "coverage": 1 - 2 * below}
    return found


def spread(values):
    """The median of some values and what lies around it."""
    values = known(values)
    return {"n": len(values), "median": median(values), "min": min(values, default=None),
            "max": max(values, default=None), "interval": interval(values)}
