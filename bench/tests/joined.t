#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What one record of several boots says that it left out: what the newer boot left out, and of
dmabench what the boot left out that ran it."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import Tap, use  # noqa: E402

use("bench/runner")
import boots  # noqa: E402

tap = Tap()
RAN = {"device": "none", "target": None, "ok": True, "raw": "raw/dmabench.json"}
NOT_BUILT = ("dmabench", "not built for kernel 6.12: make -C bench/dmabench module")
MODULE = ("dmabench on the module", "no device was named for it: MODULE=DEVICE")
UNHELD = ("loads while the pool is held", "dmabench is not built")
IN_USE = ("sda", "it is swap")


def record(bench, *left_out):
    """A record of one boot that left this out."""
    return {"command": "bench/run", "boots": ["x"], "errors": [], "rounds": [], "discarded": [],
            "precision_reached": [], "elapsed_s": 1, "dmabench": bench, "exchange_totals": {},
            "left_out": [{"what": what, "why": why} for what, why in left_out]}


def left(before, now):
    """What the record of both left out."""
    return [(one["what"], one["why"]) for one in boots.joined(before, now)["left_out"]]


tap.equal(left(record(None, NOT_BUILT, UNHELD), record(RAN, MODULE)), [MODULE],
          "dmabench that was built later is not left out, nor are loads beside a pool that is held")
tap.equal(left(record(RAN, MODULE), record(None, IN_USE)), [IN_USE, MODULE],
          "what the first boot's dmabench lacks is told still: the second boot has not run it")
tap.equal(left(record(RAN, MODULE), record(None, ("dmabench", "left out as asked (--leave-out)"))),
          [MODULE], "dmabench of the first boot is there, whatever the second one left out")
tap.equal(left(record(dict(RAN, ok=False), MODULE), record(RAN)), [],
          "but one that failed was run again, on both")
tap.equal(left(record(None, IN_USE), record(None)), [], "what the newer boot loads is not left out")
tap.equal(left(record(None, IN_USE, NOT_BUILT), record(None, IN_USE, NOT_BUILT)),
          [IN_USE, NOT_BUILT], "what none has is told once")
totals = dict(record(None), exchange_totals={"module": {"exchanges": 3}})
unknown = dict(record(None), exchange_totals={"module": None})
tap.equal(boots.joined(totals, unknown)["exchange_totals"], totals["exchange_totals"],
          "exchanges that the newer boot does not know are those of the older one")
sys.exit(tap.done())
