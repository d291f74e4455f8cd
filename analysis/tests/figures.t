#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Figures out of raw files, and what is made of them: by hand where that can be, else by trial."""

import math
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import Tap, use  # noqa: E402

use("analysis")
import counters  # noqa: E402
import estimates  # noqa: E402
import figures  # noqa: E402
import raw_files  # noqa: E402

tap = Tap()


def damaged(text):
    """What is said of a damaged file."""
    try:
        raw_files.parse(text)
    except raw_files.Damaged as error:
        return str(error)
    return None


tap.equal(raw_files.parse('fio: a note\n{"a": 1}\nmore'), {"a": 1}, "notes around the JSON are left out")
for text in ("", "fio: no JSON", '{"a": [1, 2', '{"a": nan}', '{"a": -nan}', '{"a": NaN}',
             '{"a": -Infinity}'):
    tap.ok(damaged(text), f"{text!r} is damaged", damaged(text), "a reason")


def side(ios, bins):
    """One direction of a fio job."""
    return {"total_ios": ios, "iops": ios / 2, "bw_bytes": ios * 2048, "io_bytes": ios * 4096,
            "lat_ns": {"bins": bins}, "clat_ns": {"bins": {"1": ios}}}


fio = {"jobs": [{"job_runtime": 2000, "error": 0, "read": side(3000, {"200": 2970, "9000": 30}),
                 "write": side(0, {})},
                {"job_runtime": 1900, "error": 0, "read": side(1000, {"200": 1000})}]}
got = raw_files.figures(fio)
tap.equal((got["iops"], got["ios"], got["io_bytes"], got["runtime_s"]), (2000, 4000, 16384000, 2),
          "jobs and directions are added up")
tap.equal((got["lat_p50_ns"], got["lat_p99_ns"], got["lat_p999_ns"]), (200, 200, None),
          "a percentile has ten samples beyond it, or is not given")
tap.equal(got["clat_p50_ns"], 1, "lat and clat are told apart")
tap.equal(raw_files.complaint({"jobs": [{"error": 5, "jobname": "x"}]}), "fio's error 5 in job x",
          "a job's error fails the round")
udp = {"end": {"sum": {"bits_per_second": 8e6, "bytes": 1000, "seconds": 2, "lost_packets": 3,
                       "packets": 9, "jitter_ms": .5}}}
tap.equal(raw_files.figures(udp)["lost_packets"], 3, "UDP without a sum of what was received")
tap.equal(raw_files.complaint({"error": "refused"}), "refused", "iperf3's own error fails the round")

text = """# 1.0
0000:00:03.0 maps=10 map_bytes=100 bounce_mask=1 bounce_bytes=50 fail_full=1
0000:00:04.0 maps=500 map_bytes=9000 bounce_mask=7 bounce_bytes=1
exchanges 4
exchange_ns 1000
# 2.0
0000:00:03.0 maps=30 map_bytes=700 bounce_mask=3 bounce_bytes=90 fail_full=2
0000:00:04.0 maps=900 map_bytes=9900 bounce_mask=9 bounce_bytes=2
exchanges 6
exchange_ns 1500
"""
got = counters.of_module(text, {"0000:00:03.0"})
tap.equal([got[name] for name in ("maps", "map_bytes", "bounces", "bounced_bytes", "fails",
                                  "exchanges", "exchange_ns")], [20, 600, 2, 40, 1, 2, 500],
          "the module's counters are differences, of this function alone")
try:
    counters.of_module(text.split("# 2.0")[0], set())
    tap.ok(False, "one reading of two is damaged")
except raw_files.Damaged:
    tap.ok(True, "one reading of two is damaged")


def timed(position, visit, value, boot=0):
    """A timed round."""
    return {"position": position, "visit": visit, "boot": boot,
            "backend": "stock" if position[0] == "A" else "module", "figures": {"iops": value}}


rounds = [timed("A1", 1, 100.), timed("B1", 2, 50.), timed("B2", 3, 60.), timed("A2", 4, 90.),
          timed("A3", 5, 99., 1), timed("B4", 6, 10.)]
tap.equal(figures.pair_ratios(rounds, "iops"), {1: .5, 2: 60 / 90}, "pairs by number, whole ones only")
tap.equal(figures.neighbour_ratios(rounds, "iops"), [1.2],
          "A/A of neighbours in one boot, bound again between")
tap.equal(figures.ratio_text([1., 1.1, 1.2]), "1.10 (1.00-1.20)", "three pairs give a range")

tap.equal([round(estimates.t_quantile(k), 2) for k in (1, 2, 4, 9)], [12.71, 4.3, 2.78, 2.26],
          "Student's t is that of the tables")
tap.equal(estimates.spread([1, 2, 3, 4, 5]).interval, None, "five values have no interval")
tap.equal(estimates.spread([6, 1, 2, 3, 4, 5]).interval, (1, 6), "six have their range")
tap.equal(estimates.spread(range(1, 13)).interval, (3, 10), "twelve the third and the tenth")

chance = random.Random(1)
hits = 0
for _ in range(2000):
    low, high = estimates.spread([chance.gauss(3, 1) for _ in range(12)]).interval
    hits += low <= 3 <= high
tap.between(hits / 2000, .94, .985, "and hold the median as often as they say")

# Stein: a pilot of ten, then as many as it asks for; one look.
hits = wide = 0
for _ in range(1000):
    pilot = [chance.gauss(.03, .05) for _ in range(10)]
    logs = pilot + [chance.gauss(.03, .05)
                    for _ in range(estimates.pairs_needed(pilot, .02) - 10)]
    half = estimates.half_width(logs, pilot)
    hits += abs(sum(logs) / len(logs) - .03) <= math.log(1 + half)
    wide += half > .0201
tap.between(hits / 1000, .93, .97, "Stein's rule covers as often as it says")
tap.equal(wide, 0, "and comes to the width that was asked for")
sys.exit(tap.done())
