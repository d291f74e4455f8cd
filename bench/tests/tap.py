# SPDX-License-Identifier: GPL-2.0-only
"""TAP for the tests of the runner's modules, and where those modules are."""

import os
import sys

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[1:1] = [os.path.join(CHECKOUT, "bench/runner"), os.path.join(CHECKOUT, "analysis")]
sys.dont_write_bytecode = True


class Tap:
    """Counts checks; done() prints the plan and is the exit status."""

    def __init__(self):
        self.run = self.failed = 0

    def equal(self, got, expected, name):
        """The same value."""
        self.run += 1
        good = got == expected
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.run} - {name}")
        if not good:
            print(f"# got:      {got!r}\n# expected: {expected!r}")

    def has(self, text, part, name):
        """A text that holds another."""
        self.equal(text if part not in str(text) else part, part, name)

    def done(self):
        """A test without a check has failed, too."""
        print(f"1..{self.run}")
        return int(bool(self.failed) or not self.run)
