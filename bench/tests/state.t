#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What a run notes before its first round, for the runner that takes it up: who loads dmabench.ko.
From the second boot on nothing is timed by it, but it still holds the pool."""

import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import Tap, use  # noqa: E402

use("bench/runner", "analysis")
import main  # noqa: E402

tap = Tap()
main.counting.tracing_left_on = lambda: None


class Noted(Exception):
    """The state that was noted: the run goes no further."""


class Record:
    """Ends the run where it notes its state."""

    def state(self, **what):
        """Notes it."""
        raise Noted(what)


class Lender:
    """Who loads dmabench.ko, where it was not."""

    def __init__(self, was_loaded):
        self.was_loaded = was_loaded


class Finder:
    """Nothing is moved."""
    targets = []


def noted(*lenders):
    """Whether a run with a lender and a holder notes that it loads dmabench.ko."""
    run = main.Run.__new__(main.Run)
    run.host, run.record = None, Record()
    with contextlib.ExitStack() as stack:
        stack.callback = lambda *_: None
        try:
            run._measure(stack, Finder, None, [], [], [], lenders, {})
        except Noted as state:
            return state.args[0]["dmabench_loaded"]
    return "nothing"


tap.equal(noted(Lender(False), None), True, "what times the DMA API loads it")
tap.equal(noted(None, Lender(False)), True, "so does what holds the pool, alone")
tap.equal(noted(Lender(True), Lender(True)), False, "not where it was loaded")
tap.equal(noted(None, None), False, "nor where nothing wants it")
sys.exit(tap.done())
