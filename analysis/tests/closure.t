#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does the path explain the load? Of made-up figures, by hand: an I/O of 4 KiB that is one map, and a
stream of which a kilobyte is one map."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import Tap, use  # noqa: E402

use("analysis", "analysis/report")
import closure  # noqa: E402

tap = Tap()


def load(device, name, ratio, low, high, ios):
    """(timed cells, counted cells, pairs) of a load that takes 2 ns of CPU a byte on stock, bounces,
    and maps 4 KiB an I/O, or a kilobyte at a time."""
    each = 4096 if ios else 1000
    sides = [{"device": device, "load": name, "backend": backend, "force": False}
             for backend in ("stock", "module")]
    timed = [dict(side, figures={key: {"median": value} for key, value in
                                 (("io_bytes", 1000 * each), ("ios", 1000 if ios else None),
                                  ("cpu_s_per_gb", 2.))}) for side in sides]
    counted = [dict(side, maps=500, map_bytes=500 * each, io_bytes=500 * each, share=1.,
                    by_maps=not ios, share_of_maps=1.) for side in sides]
    return timed, counted, [dict(sides[1], figure="cpu_s_per_gb", ratio=ratio, low=low, high=high,
                                 unreliable=False)]


def environment(*loads, emulated=False):
    """An environment: a bounced map of 4 KiB costs 3,000 ns on stock and 1,000 on the module, of a
    kilobyte 1,500 and 1,000; one that does not bounce 500 and 300; a copy of 4 KiB 400."""
    parts = [[one for some in loads for one in some[i]] for i in range(3)]
    costs = {("stock", 4096): 3000, ("module", 4096): 1000, ("stock", 1024): 1500,
             ("module", 1024): 1000}
    paths = [{"backend": backend, "kind": "bounced", "dir": "to", "cache": "hot", "size": size,
              "low": cost - 100, "high": cost + 100} for (backend, size), cost in costs.items()]
    paths += [dict(paths[0], backend=backend, kind="direct", size=4096, low=cost - 100, high=cost + 100)
              for backend, cost in (("stock", 500), ("module", 300))]
    copy = {"test": "memcpy", "size": 4096, "cache": "hot", "median": 400}
    return {"name": "xen-dom0", "emulated": emulated,
            "dma": {"unit": "ns", "paths": paths, "references": [copy, dict(copy, size=512)]},
            "timed": parts[0], "counted": parts[1], "pairs": parts[2]}


def words(ratio, low, high, ios=True):
    """The row of a load whose CPU time a byte has this ratio, without its names."""
    rows = closure.rows_of(environment(load("disk", "reads", ratio, low, high, ios)))
    return rows[0][3:]


# 8,192 ns an I/O on stock: a quarter of it is 2,048 ns, what a map saves 1,800 to 2,200.
tap.equal(words(.75, .70, .80), ["bounced", "4.096 kB", "1.00", "1,800 to 2,200",
                                 "2,048 (1,638 to 2,458)", "explains it"], "a load that is explained")
tap.equal(words(.5, .45, .55)[-1], "explains 49 % (40\u201360 %) of it",
          "one that saved more than its maps")
tap.equal(words(.9, .88, .92)[-1], "says 244 % (183\u2013336 %) of it", "one that saved less")
tap.equal(words(.98, .90, 1.05)[-1], "not told apart", "one that may have saved nothing")
tap.equal(words(.75, None, None)[-2:], ["2,048", "not told apart"], "one with too few pairs")
tap.equal(words(1.5, 1.4, 1.6)[-1], "explains none of it", "one that takes more on the module")
failing = load("disk", "reads", .75, .70, .80, True)
failing[2][0]["unreliable"] = True
tap.equal(closure.rows_of(environment(failing))[0][-2:], ["-", "unreliable"],
          "one of which too many rounds failed: neither figure nor judgement")
# 2,000 ns a kilobyte on stock, of which a map saves 300 to 700.
tap.equal(words(.75, .70, .80, ios=False), ["bounced", "1.000 kB moved", "1.00", "300 to 700",
                                            "500 (400 to 600)", "explains it"],
          "a stream, by its bytes")


def bouncing(stock, module):
    """The row of the first load, where these shares of its maps bounce."""
    one = load("disk", "reads", .75, .70, .80, True)
    for side, share in zip(one[1], (stock, module)):
        side["share"] = share
    rows = closure.rows_of(environment(one))
    return rows[0][3:7:3] if rows else None


tap.equal(bouncing(1., 0.), ["bounced on stock, direct on the module", "2,900 to 3,700"],
          "what bounces on stock alone: its path and its copies, less the direct map")
tap.equal(bouncing(.5, .5), ["50 % bounced", "900 to 1,300"], "a part that bounces on both: its part")
tap.equal(bouncing(.995, .004), bouncing(1., 0.), "nearly all and nearly none")
tap.equal(bouncing(None, 1.), None, "a share that was not counted tells nothing")


class Document:
    """Keeps what is added."""

    def __init__(self, *environments):
        self.text = []
        closure.closure(self, {"environments": environments})

    def add(self, *words):
        """Keeps it."""
        self.text.append(" ".join(map(str, words)))


loads = (load("disk", "reads", .75, .7, .8, True), load("eth0", "tcp", .9, .8, 1.1, False))
tap.has("\n".join(Document(environment(*loads)).text),
        "Explains it: disk reads in xen-dom0; not told apart: eth0 tcp in xen-dom0.",
        "one sentence says of each load whether it is explained")
emulated = Document(environment(*loads, emulated=True)).text
tap.equal((len(emulated), "gives no times" in emulated[0]), (1, True),
          "an emulated machine says that it has no times, and no figure")
sys.exit(tap.done())
