# SPDX-License-Identifier: GPL-2.0-only
"""Order statistics, and the line that is laid through costs by size."""


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


def line(points):
    """(a, b) of y = a + b x with the least squares of relative errors, or None.

    The costs of 512 bytes and of 256 KiB are a hundredfold apart: by absolute errors the largest
    alone would decide where the line meets x = 0.
    """
    points = [(x, y) for x, y in points if y]
    if len({x for x, _ in points}) < 3:
        return None
    weights = [1 / y ** 2 for _, y in points]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, points)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, points)) / total
    slope = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, points)) \
        / sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, points))
    return mean_y - slope * mean_x, slope
