# SPDX-License-Identifier: GPL-2.0-only
"""How a bench of the lab ends."""

GOOD, NOTHING, SOME_FAILED, OWN, INTERRUPTED = 0, 1, 3, 125, 130


class Refused(Exception):
    """Nothing was measured: a line that says why."""


class Interrupted(BaseException):
    """A signal: no ordinary handler of errors may swallow it."""
