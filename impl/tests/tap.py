# SPDX-License-Identifier: GPL-2.0-only
"""TAP for every test written in Python, wherever in the tree: it uses nothing, and all may use it."""

import os
import sys

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True


def use(*folders):
    """The modules of these folders can be imported."""
    sys.path[1:1] = [os.path.join(CHECKOUT, folder) for folder in folders]


class Tap:
    """Counts checks; done() prints the plan and is the exit status."""

    def __init__(self):
        self.run = self.failed = 0

    def ok(self, good, name, got=None, expected=None):
        """A check by its outcome."""
        self.run += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.run} - {name}")
        if not good:
            print(f"# got:      {got!r}\n# expected: {expected!r}")

    def equal(self, got, expected, name):
        """The same value."""
        self.ok(got == expected, name, got, expected)

    def has(self, text, part, name):
        """A text that holds another."""
        self.ok(part in str(text), name, text, part)

    def between(self, got, least, most, name):
        """A number in a range."""
        self.ok(least <= got <= most, name, got, f"{least} to {most}")

    def done(self):
        """A test without a check has failed, too."""
        print(f"1..{self.run}")
        return int(bool(self.failed) or not self.run)
