# SPDX-License-Identifier: GPL-2.0-only
"""How a run ends when it does not end well, and with which status."""

GOOD, NOTHING, REFUSED, SOME_FAILED, INTERRUPTED = 0, 1, 2, 3, 130


class Refused(Exception):
    """A usage error or a refusal: nothing was done. before: lines to print before its text."""

    def __init__(self, text, before=()):
        super().__init__(text)
        self.before = before


class Failed(Exception):
    """The run can't go on; everything is given back."""


class Interrupted(BaseException):
    """A signal: no ordinary handler of errors may swallow it."""
