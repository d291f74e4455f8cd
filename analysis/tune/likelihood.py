# SPDX-License-Identifier: GPL-2.0-only
"""A quantile of extremes with its 90 % interval, by profile likelihood.

The quantile stands in the place of the location. The interval holds the values of it that, with the
best scale and shape for each, make the data not much less likely than the best of all does (Coles
2001, An Introduction to Statistical Modeling of Extreme Values, 2.6.6 and 3.3.4).
"""
import math

from gev import STRAIGHT, fit, standard

LEAST_SHAPE, MOST_SHAPE = -0.9, 1.0
STEPS = 400  # of a search
TRIES = 30  # of the interval's end
ALLOWED = 1.645 ** 2 / 2  # drop of the log of the likelihood: 90 % of chi squared, 1 degree of freedom
NEAR = 0.02  # of that


def minus_log(x, location, scale, shape):
    """Of the likelihood, with scale and location in units of x."""
    n = len(x)
    try:
        if abs(shape) < STRAIGHT:
            z = [(v - location) / scale for v in x]
            return n * math.log(scale) + sum(z) + sum([math.exp(-one) for one in z])
        a, b = 1 + shape * location / scale, shape / scale
        y = [math.log(a - b * v) / shape for v in x]
        return n * math.log(scale) - (1 - shape) * sum(y) + sum(map(math.exp, y))
    except (ValueError, OverflowError, ZeroDivisionError):
        return math.inf


def lowest(of, start, steps):
    """Nelder and Mead 1965: (value, point) where the function is least near the start."""
    n = len(start)
    points = [(of(start), start)]
    for i in range(n):
        moved = tuple(v + (steps[i] if i == k else 0) for k, v in enumerate(start))
        points.append((of(moved), moved))
    for _ in range(STEPS):
        points.sort(key=lambda one: one[0])
        best, worst = points[0][0], points[-1]
        if worst[0] - best < 1e-4:
            break
        middle = [sum(p[1][k] for p in points[:-1]) / n for k in range(n)]

        def towards(share, middle=middle, worst=worst):
            point = tuple(m + share * (m - w) for m, w in zip(middle, worst[1]))
            return of(point), point

        tried = towards(1.0)
        if tried[0] < best:
            further = towards(2.0)
            points[-1] = min(tried, further, key=lambda one: one[0])
        elif tried[0] < points[-2][0]:
            points[-1] = tried
        else:
            nearer = towards(0.5) if tried[0] < worst[0] else towards(-0.5)
            if nearer[0] < min(tried[0], worst[0]):
                points[-1] = nearer
            else:
                at = points[0][1]
                points = points[:1] + [
                    (of(p), p) for p in (tuple((a + b) / 2 for a, b in zip(at, one[1]))
                                         for one in points[1:])]
    points.sort(key=lambda one: one[0])
    return points[0]


class Profile:
    """Of the quantile that one of so many intervals exceeds, for these maxima."""

    def __init__(self, maxima, minus_log_below):
        self.below = minus_log_below
        start = fit(maxima)
        self.center, self.unit = sum(maxima) / len(maxima), start.scale
        self.x = [(v - self.center) / self.unit for v in maxima]
        shape = min(max(start.shape, -0.5), 0.9)
        started = fit(self.x)
        first = (started.location, 0.0, shape)
        self.least, found = lowest(self.of_location, self.possible(first), (0.1, 0.1, 0.1))
        for _ in range(3):
            again, found = lowest(self.of_location, found, (0.05, 0.05, -0.05))
            done, self.least = self.least - again < 1e-3, min(again, self.least)
            if done:
                break
        self.scale_shape = found[1:]
        self.best = found[0] + math.exp(found[1]) * standard(found[2], self.below)

    def possible(self, start):
        """A start that holds all the data."""
        location, log_scale, shape = start
        while self.of_location((location, log_scale, shape)) == math.inf:
            log_scale += 0.1
        return location, log_scale, shape

    def of_location(self, point):
        location, log_scale, shape = point
        if not LEAST_SHAPE <= shape <= MOST_SHAPE or abs(log_scale) > 20:
            return math.inf
        return minus_log(self.x, location, math.exp(log_scale), shape)

    def at(self, quantile, start):
        """(minus log of the likelihood, log of the scale and shape) where this is the quantile."""
        def of(point):
            log_scale, shape = point
            return self.of_location(
                (quantile - math.exp(log_scale) * standard(shape, self.below), log_scale, shape))
        while of(start) == math.inf and start[0] < 19:
            start = (start[0] + 0.05, start[1])
        return lowest(of, start, (0.05, 0.05))

    def drop(self, quantile, start):
        """(by how much the likelihood is less there than at its best, scale and shape there)."""
        value, found = self.at(quantile, start)
        return max(value - self.least, 0.0), found

    def end(self, direction, allowed):
        """Where the likelihood has fallen by this, below (-1) or above (1) the best.

        The root of the drop is nearly a line, so the next place is where that line would end.
        """
        inside, outside, start = 0.0, None, self.scale_shape
        distance = math.exp(start[0])
        for _ in range(TRIES):
            drop, found = self.drop(self.best + direction * distance, start)
            if abs(drop - allowed) < NEAR * allowed:
                break
            if drop < allowed:
                inside, start = distance, found
            else:
                outside = distance
            guess = distance * min(max(math.sqrt(allowed / drop) if drop else 4.0, 0.25), 4.0)
            if outside is not None:
                room = 0.1 * (outside - inside)
                guess = min(max(guess, inside + room), outside - room)
            distance = guess
        return self.best + direction * distance

    def interval(self):
        """(low, best, high) in the data's unit."""
        return tuple(self.center + self.unit * one
                     for one in (self.end(-1, ALLOWED), self.best, self.end(1, ALLOWED)))

    def covers(self, value):
        """Is it in that interval?"""
        return self.drop((value - self.center) / self.unit, self.scale_shape)[0] <= ALLOWED
