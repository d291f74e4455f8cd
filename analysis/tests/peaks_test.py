#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What is exceeded once a day: which data tell it, and how often the interval holds the truth."""
import math
import os
import random
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "tune"))
import coverage  # noqa: E402
import gev  # noqa: E402
import peaks  # noqa: E402
from likelihood import Profile  # noqa: E402


def drawn(count, draw):
    chance = random.Random(7)
    return [draw(chance) for _ in range(count)]


def gumbel(chance):
    return round(800 - 30 * math.log(-math.log(chance.random())))


class Told(unittest.TestCase):
    def test_a_limit_is_seen(self):
        most = drawn(600, lambda c: max(c.randint(1, 1000) for _ in range(20)))
        one = peaks.level(most, 1, 30000)
        self.assertTrue(990 <= one.slots <= 1040, one)

    def test_no_limit_is_seen(self):
        """Gumbel with scale 30: once in 10000 intervals it exceeds 800 + 30 ln 10000."""
        one = peaks.level(drawn(600, gumbel), 1, 10000)
        self.assertTrue(one.low <= 800 + 30 * math.log(10000) <= one.high, one)

    def test_the_point_is_in_its_interval(self):
        for shape in (-0.1, 0.0, 0.2, 0.9):
            for intervals in (1, 10, 100):
                most = coverage.sample(random.Random(3), 60, shape)
                low, best, high = Profile(most, gev.once_in(60 * intervals)).interval()
                self.assertTrue(low < best < high, (shape, intervals, low, best, high))

    def test_the_ends_are_those_of_the_test(self):
        """Just inside is covered, just outside is not."""
        profile = Profile(coverage.sample(random.Random(3), 60, 0.0), gev.once_in(600))
        low, best, high = profile.interval()
        for inside, outside in ((low, best), (high, best)):
            step = 0.02 * (inside - outside)
            self.assertTrue(profile.covers(inside - step))
            self.assertFalse(profile.covers(inside + step))

    def test_a_month_is_more_than_a_day(self):
        day, month = peaks.levels(drawn(600, gumbel), 1000)
        self.assertTrue(day.slots < month.slots, (day, month))


class NotTold(unittest.TestCase):
    def why(self, regex, maxima, interval=60, seconds=86400):
        one = peaks.level(maxima, interval, seconds)
        self.assertIsNone(one.slots)
        self.assertRegex(one.why_not, regex)

    def test_before_it_is_fitted(self):
        steady = drawn(100, lambda c: c.randint(1, 99))
        self.why("too few", steady[:20])
        self.why("rises or falls", sorted(steady))
        self.why("not independent", [1] * 20 + [9] * 40 + [1] * 40)
        self.why("15 minutes", steady, 1)

    def test_few_values(self):
        self.why("only 1 different value$", [8] * 60)
        self.why("only 2 different values", [768] * 300 + [1024] + [768] * 299)
        self.why("only 2 different values", drawn(360, lambda c: 2000 if c.random() < 0.1 else 300))

    def test_several_kinds(self):
        """Two levels, a plateau, and one value that is no neighbour of the others."""
        self.why("of several kinds", drawn(360, lambda c: c.randint(0, 30) + (2000 if c.random() < 0.3 else 300)))
        self.why("of several kinds", [min(one, 830) for one in drawn(300, gumbel)])
        self.why("of several kinds|highest interval", drawn(300, gumbel) + [2400] + drawn(300, gumbel)[::-1])

    def test_what_the_pool_held_back(self):
        most = drawn(300, gumbel)
        for given, word in (({"full": True}, "the pool was full"), ({"failed": 3}, "mappings failed")):
            for one in peaks.levels(most, 60, **given):
                self.assertIsNone(one.slots)
                self.assertIn(word, one.why_not)

    def test_too_wide(self):
        self.why("anything from", coverage.sample(random.Random(3), 40, -0.5), 60, 40 * 60 * 100)

    def test_buffers_of_one_size_are_no_plateau(self):
        self.assertIsNone(peaks.level([8 * (one // 8) for one in drawn(300, gumbel)], 60, 86400).why_not)


class Coverage(unittest.TestCase):
    """Near 90 %: of 40 and 25 samples a shape; coverage.py tells more exactly."""

    def test_it(self):
        for intervals, samples in ((60, 40), (600, 25)):
            held = sum(coverage.held(intervals, shape, 10, samples, seed=index)
                       for index, shape in enumerate((-0.1, 0.0, 0.2)))
            share = held / (3 * samples)
            self.assertTrue(0.84 <= share <= 0.98, (intervals, share))

    def test_good_samples_are_kept(self):
        self.assertLessEqual(sum(coverage.refused(60, shape, 15) for shape in (-0.1, 0.0, 0.2)), 5)


if __name__ == "__main__":
    unittest.main()
