# SPDX-License-Identifier: GPL-2.0-only
"""What the runner says: a line in place on a terminal, lines else.

A terminal that went away is no reason to end otherwise than by its signal.
"""

import sys
import time

from plan_text import minutes


def say(text, stream=None):
    """Prints a line; nothing if nobody reads."""
    stream = stream or sys.stdout
    try:
        stream.write(text + "\n")
        stream.flush()
    except OSError:
        pass


class Progress:
    """Step, elapsed time, and an estimate of what is left."""

    def __init__(self, total_tenths, steps):
        self.begun = time.monotonic()
        self.total, self.done, self.steps, self.step_number = total_tenths, 0, steps, 0
        self.measured = self.slowest = 0
        self.in_place = sys.stderr.isatty()

    def more(self, steps, tenths):
        """Steps that the plan did not have."""
        self.steps += steps
        self.total += tenths

    def step(self, text):
        """A step begins."""
        self.step_number += 1
        self._show(text)

    def _left(self):
        """Once a good part is done, this machine's own speed corrects the estimate."""
        left = max(self.total - self.done, 0) / 10
        if self.done > 100 and self.done * 10 > self.total:
            left *= self.measured / (self.done / 10)
        return left

    def _show(self, text):
        line = (f"[{self.step_number}/{self.steps}] {minutes(time.monotonic() - self.begun)}, "
                f"{minutes(self._left())} left: {text}")
        try:
            sys.stderr.write("\r\033[K" + line if self.in_place else line + "\n")
            sys.stderr.flush()
        except OSError:
            pass

    def step_done(self, tenths, took_s):
        """A step ended. One that hung weighs thrice its plan, or it would spoil the estimate."""
        self.done += tenths
        self.measured += min(took_s, tenths * 3 / 10)

    def end(self):
        """Leaves the line in place."""
        if self.in_place:
            try:
                sys.stderr.write("\r\033[K")
                sys.stderr.flush()
            except OSError:
                pass

    def error(self, text):
        """An error of the run."""
        self.end()
        say("run: " + text, sys.stderr)
