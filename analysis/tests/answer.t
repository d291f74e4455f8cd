#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The sentences of a page, of made-up figures."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import Tap, use  # noqa: E402

use("analysis", "analysis/report")
import answer  # noqa: E402
import document  # noqa: E402
import estimates  # noqa: E402
import first_screen  # noqa: E402
import series  # noqa: E402
import where  # noqa: E402

tap = Tap()


def pair(verdict, **more):
    return dict({"device": "sda", "load": "read", "primary": True, "unreliable": False,
                 "verdict": verdict, "claim": "this boot", "ratio": .9, "low": .85, "high": .95,
                 "within_noise": False}, **more)


def told(*verdicts, **more):
    """The answer of an environment on its loads."""
    summary = {"emulated": False, "against_native": [],
               "environments": [{"name": "xen-dom0", "pairs": [pair(one, **more) for one in verdicts]}]}
    return answer.load_sentences(summary)


tap.equal(told(estimates.UNSTEADY, estimates.UNSTEADY),
          ["Stock and module in xen-dom0: no verdict, for this boot differs from itself."],
          "a boot that differs from itself shows nothing, not even that there is no difference")
tap.equal(told(estimates.DIFFERS, estimates.SAME, claim="this machine"),
          ["In xen-dom0, this machine, the module's throughput differs from stock's in 1 of 2 loads: "
           "sda read \u00d70.90 (0.85\u20130.95)."], "what differs, and of what that is said")
tap.equal(told(estimates.SAME, estimates.UNKNOWN),
          ["In xen-dom0, this boot, no difference of throughput between stock and module is shown "
           "(1 of 2 loads are the same within 2 %)."], "what is the same")
tap.equal(told(estimates.FEW), ["Stock and module in xen-dom0: not judged, fewer than 6 pairs a load."],
          "too few pairs")

tap.equal(isinstance(first_screen.ratio_cell(pair(estimates.SAME, within_noise=True)), document.Soft),
          True, "a ratio within the noise is grey")
tap.equal(isinstance(first_screen.ratio_cell(pair(estimates.DIFFERS)), document.Soft), False,
          "no other is")


def bounces(share):
    """What is said of a card of which this share of the bytes moved bounced."""
    env = {"name": "xen-dom0", "timed": [], "counted": [{"backend": "stock"}], "dma": None,
           "record": {"devices": [{"id": "eth0", "driver": "e1000"}]},
           "shares": [{"device": "eth0", "backend": "stock", "share": share, "by_maps": False}]}
    summary = {"environments": [env]}
    return where.bounces(summary, series.series_of(summary))


tap.equal(bounces(1.01), ["eth0 (e1000) bounces every byte in dom0."], "every byte, and a command or two")
tap.equal(bounces(1.5), ["eth0 (e1000) bounces 150 % of the bytes in dom0."],
          "whole buffers for packets: nothing says that each byte was among them")
tap.done()
