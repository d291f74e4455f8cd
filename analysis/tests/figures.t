#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Figures out of raw files, and what is made of them: by hand where that can be, else by trial."""

import math
import os
import random
import sys
from statistics import median

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import Tap, use  # noqa: E402

use("analysis")
import cells  # noqa: E402
import counters  # noqa: E402
import counts  # noqa: E402
import estimates  # noqa: E402
import figures  # noqa: E402
import parts  # noqa: E402
import paths  # noqa: E402
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
tap.equal(raw_files.complaint({"jobs": [{"error": 5, "jobname": "x"}]}), "fio's error 5 (Input/output error) in job x",
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


def recorded(*visits):
    """A boot's record of one load: (position, visit, value)."""
    record = {"emulated": False, "rounds": [dict(timed(*one), kind="timed", ok=True, force=False,
                                                 index=one[1], device="nvme0n1", load="read")
                                            for one in visits]}
    for one in record["rounds"]:
        one["figures"].update(ios=10, io_bytes=40960)
    return record


def last_of(record):
    """The ratio and the A/A of the table's one row."""
    return figures.table(record).splitlines()[1].split("IO/s")[1].split(None, 2)[2].strip()


record = recorded(("A1", 1, 100.), ("B1", 2, 50.))
tap.equal(last_of(record).split(), ["0.50", "-"], "one pair: a ratio without an interval")
# pairs of 1, 1, 1, 1, 1.5, 2: their median is 1, Hodges and Lehmann's estimate is not
many = recorded(*(one for i, value in enumerate((100., 100, 100, 100, 150, 200), 1)
                  for one in ((f"A{i}", 4 * i, 100.), (f"B{i}", 4 * i + 2, value))))
sides = [cells.Cell("nvme0n1", "read", side, False, [one for one in many["rounds"]
                                                     if one["backend"] == side])
         for side in ("stock", "module")]
found = cells.estimate(cells.logs_of(cells.pairs_of(*sides), "iops"))[0]
tap.equal(last_of(many).split()[:2], [f"{math.exp(found.log):.2f}", "(%.2f-%.2f)" % tuple(
    math.exp(one) for one in found.interval)], "the table has the page's ratio, and its interval")
tap.ok(math.exp(found.log) > 1.05, "which is not the median of the ratios", found.log)
tap.equal(last_of(recorded(("A1", 1, 100.), ("A2", 2, 120.), ("A3", 3, 60.), ("A4", 4, 60.))).split()[1],
          "1.00-1.20", "A/A of neighbours, no round in two of them")
record["emulated"] = True
tap.equal(figures.table(record), "Emulated machine: its times compare nothing, and are left out here",
          "of an emulated machine neither times nor ratios")

tap.equal([round(estimates.t_quantile(k), 2) for k in (1, 2, 4, 9)], [12.71, 4.3, 2.78, 2.26],
          "Student's t is that of the tables")
tap.equal(estimates.spread([1, 2, 3, 4, 5]).interval, None, "five values have no interval")
tap.equal(estimates.spread([6, 1, 2, 3, 4, 5]).interval, (1, 6), "six have their range")
tap.equal(estimates.spread(range(1, 13)).interval, (3, 10), "twelve the third and the tenth")
tap.equal(tuple(estimates.interval_of([6, 1, 2, 3, 4, 5])), (1, 6, 1 - 2 / 64),
          "with the chance that the median lies inside")
tap.equal(estimates.interval_of(range(5)), None, "five have none")

# -- pairs within a boot: known answers
found = estimates.within_boot([.1, .2, .3, .4, .5, .6])
tap.ok(abs(found.log - .35) < 1e-12, "the median of the means of all pairs", found.log, .35)
tap.equal(found.interval, (.1, .6), "six pairs: the interval is their range")
tap.equal(found.p, 2 / 64, "and p the chance of six equal signs")
tap.equal(estimates.within_boot([.1] * 5).interval, None, "five pairs have no interval")
# Hollander and Wolfe, table 3.1: nine patients before and after treatment; the signed-rank sum of
# the falls is 40, p one-sided .020, the estimate .46, the interval (.010, .786) at 96.1 %.
before = [1.83, .5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
after = [.878, .647, .598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
found = estimates.within_boot([a - b for a, b in zip(before, after)])
tap.equal([round(x, 3) for x in (found.log, *found.interval, found.p)], [.46, .01, .786, .039],
          "the published example comes out")
tap.equal(estimates.holm([.01, None, .04, .03]), [.03, None, .06, .06], "Holm's adjustment")
# Fisher's tea: three of four cups; and the table of Agresti, Categorical Data Analysis, 2.6
tap.equal([round(estimates.fisher(*one), 3) for one in ((3, 4, 1, 4), (0, 6, 6, 6), (2, 12, 0, 12),
                                                       (0, 5, 0, 5))], [.486, .002, .478, 1],
          "Fisher's exact test")
tap.equal(estimates.band([.01, -.05]), .05, "few A/A: the farthest")
tap.equal(estimates.too_many(1, 24), False, "one of 24 may differ from itself by chance")
tap.equal(estimates.too_many(4, 24), True, "four may not")
tap.equal(estimates.over_boots([.1, .2]).interval, None, "two boots have no interval")
low, high = estimates.over_boots([.1, .2, .3]).interval
tap.equal([round(low, 3), round(high, 3)], [-.048, .448], "three have Student's")
tap.equal(estimates.between([0., .1], [1., 1.1, 1.2]).interval, None, "nor two boots by three")
found = estimates.between([0., .1, .2], [1., 1.1, 1.2])
tap.equal([round(x, 3) for x in found.interval], [.773, 1.227], "three by three have Welch's")
near = estimates.within_boot([.001, -.001, .002, -.002, .0, .001])
tap.equal(estimates.verdict(near), estimates.SAME, "an interval inside of 2 % is the same")
tap.equal(estimates.verdict(estimates.within_boot([.1, .2, .3, .4, .5, .6])), estimates.DIFFERS,
          "one that leaves 1 out differs")
tap.equal(estimates.verdict(estimates.within_boot([.1, .2, .3, .4, .5, .6]), .4),
          estimates.UNKNOWN, "but not within A/A")
tap.equal(estimates.verdict(estimates.within_boot([.1, .2, .3, .4, .5, .6]), 0, .2),
          estimates.UNKNOWN, "nor by a p that the family takes away")
tap.equal(estimates.pairs_to_tell([.001, -.001] * 3, 12), 9, "twelve primary figures take 9 pairs")
# (t(2) .01 / log 1.02)^2 = 4.72
tap.equal(estimates.boots_to_tell([.01, .02, .03]), 5, "boots that would tell, from one estimate a boot")
tap.equal([estimates.within_noise(*one) for one in ((math.log(.83), math.log(1.19)), (-.1, .1), (.01, 0.))],
          [False, True, False], "within noise as the verdict has it, by logarithms; without A/A nothing is")
tap.equal([estimates.most_by_chance(n) for n in (1, 20, 24)], [1, 3, 3],
          "as many differ from themselves by chance as a steady boot may have")


# -- what a ratio is said of: so many boots, the last one three times as fast
def of_boots(number):
    """(claim of the throughput, its estimate, claim of a tail) of six pairs a boot."""
    rounds = {"stock": [], "module": []}
    for index in range(6 * number):
        for backend, value in (("stock", 100.), ("module", 300. if index >= 12 else 100.)):
            rounds[backend].append({"index": index, "backend": backend, "pair": index, "boot": index // 6,
                                    "position": None, "figures": {"iops": value},
                                    "bins": [(100, 990), (9000, 25)]})
    sides = [cells.Cell("d", "l", side, False, some) for side, some in rounds.items()]
    found, claim = cells.estimate(cells.logs_of(cells.pairs_of(*sides), "iops"))
    return claim, round(math.exp(found.log), 2), cells.tail_estimate(*sides, "lat_p99_ns")[1]


tap.equal([of_boots(number) for number in (1, 2, 3)],
          [("this boot", 1, "this boot"), ("these two boots", 1, "these two boots"),
           ("this machine", 1.44, "these 3 boots")],
          "three boots: of the machine, one estimate a boot; a tail of these boots alone")

# -- A/A of a boot in which all visits are to one backend: no round stands in two
visits = [dict(timed(f"A{i}", i, 100.), index=i) for i in range(1, 6)]
cell = cells.Cell("d", "l", "stock", False, visits)
tap.equal([(a["index"], b["index"]) for a, b in cells.neighbours_of(cell)], [(1, 2), (3, 4)],
          "neighbours of one backend, each round once")
stalled = [{"bins": [(100, 990), (9000, 5)]}, {"bins": [(100, 990), (9000, 25)]}]
tap.equal(cells.tail(stalled, "lat_p99_ns"), 9000, "a stall in one round is in the tail of all")
tap.equal(cells.tail(stalled[:1], "lat_p99_ns"), None, "five samples beyond are too few")


# -- a network card's share is of the bytes mapped, where all its counting rounds know them
def counted(map_bytes):
    """A counting round that moved 100 bytes and bounced 150."""
    return {"kind": "counted", "ok": True, "device": "eth0", "figures": {"io_bytes": 100},
            "counters": {"bounced_bytes": 150, "map_bytes": map_bytes, "bounces": 2}}


record = {"devices": [{"id": "eth0", "role": "nic"}], "rounds": [counted(200), counted(100)]}
tap.equal(counts.device_share(record, record["rounds"], "eth0"), 1, "of the bytes mapped")
record["rounds"][1]["counters"]["map_bytes"] = None
tap.equal(counts.device_share(record, record["rounds"], "eth0"), 1.5,
          "where one round does not know them, of those moved")
record["devices"][0]["role"] = "disk"
record["rounds"][1]["counters"]["map_bytes"] = 100
tap.equal(counts.device_share(record, record["rounds"], "eth0"), 1.5, "a disk's of those moved")


# -- paths: a route that was counted, a copy that is taken off
def row(test, size, median, kind=None, hold=None, way="to"):
    """A row of dmabench's record."""
    counted = dict.fromkeys(("direct", "bounced", "translated"), 0)
    if kind:
        counted[kind] = 10
    return {"backend": "stock", "hold": hold, "cell": dict(counted, **{
        "test": test, "size": size, "dir": way, "tries": 10, "served": 10,
        "ops": [{"op": test, "median": median}]})}


rows = [row("memcpy", 4096, 1000), row("pair", 4096, 1500, "bounced"),
        row("pair", 4096, 2500, "bounced", way="from"), row("pair", 4096, 200, "direct"),
        row("pair", 4096, 1900, "bounced", {"percent": 50, "mix": "wide", "seed": 1}),
        row("pair", 512, 700, "bounced"), row("pair", 4096, 999, "direct",
                                              {"percent": 50, "mix": "wide", "seed": 1})]
found = paths.paths_of({"unit": "instructions", "rows": rows})
told = {(one["kind"], one["size"], one["dir"]): (one["low"], one["high"], one["copied"])
        for one in found}
tap.equal(told, {("bounced", 4096, "to"): (500, 900, 4096), ("direct", 4096, "to"): (200, 200, 0),
                 ("bounced", 4096, "from"): (500, 500, 8192)},
          "by fill; two copies where data comes back; nothing without the price of a copy")

rows = [row("memcpy", 4096, 1000), row("pair", 4096, 2500, "bounced", way="from")]
side = {"route": "bounced", "copies": 1}
found = paths.paths_of({"unit": "instructions", "rows": rows, "summary": [
    {"test": "pair", "dir": "from", "stock": side}]})
tap.equal((found[0]["low"], found[0]["copied"]), (1500, 4096),
          "one copy where dmabench saw that none is copied in")


# -- map and unmap apart
def apart(size, figures, kind, hold=None, way="to", served=10):
    """A row that timed them one by one; figures: (least, median) of each."""
    found = row("split", size, None, kind if served else None, hold, way)
    found["cell"].update(served=served, ops=[{"op": op, "min": least, "median": value} for
                                             op, (least, value) in zip(("map", "unmap"), figures)])
    return found


held = [{"percent": 50, "mix": "wide", "seed": seed} for seed in (1, 2)]
rows = [row("memcpy", 4096, 1000), apart(4096, [(1200, 1500), (150, 180)], "bounced"),
        apart(4096, [(1210, 1900), (140, 150)], "bounced", held[0]),
        apart(4096, [(None, None), (None, None)], None, held[1], served=0),
        apart(4096, [(1250, 1500), (1150, 1180)], "bounced", way="from"),
        apart(4096, [(90, 95), (60, 61)], "direct"), apart(4096, [(9, 9), (9, 9)], "direct", held[0]),
        apart(512, [(700, 800), (90, 91)], "bounced")]
told = {(one["kind"], one["size"], one["dir"]): one for one in parts.parts_of(
    {"unit": "instructions", "rows": rows})}
tap.equal(told["bounced", 4096, "to"]["ops"],
          {"map": {"least": 200, "low": 500, "high": 900, "copies": 1},
           "unmap": {"least": 140, "low": 150, "high": 180, "copies": 0}},
          "what goes to the device is copied when it is mapped; the least is that of any layout")
tap.equal((told["bounced", 4096, "to"]["layouts"], told["bounced", 4096, "to"]["unserved"]), (3, 1),
          "a layout in which no map was served is counted")
tap.equal(told["bounced", 4096, "from"]["ops"],
          {"map": {"least": 250, "low": 500, "high": 500, "copies": 1},
           "unmap": {"least": 150, "low": 180, "high": 180, "copies": 1}},
          "what comes from it is copied both times")
tap.equal(told["direct", 4096, "to"]["ops"]["map"], {"least": 90, "low": 95, "high": 95, "copies": 0},
          "what does not bounce never is, and no pool is held for it")
tap.equal(("bounced", 512, "to") in told, False, "without the price of its copy a size is not told")
tap.equal([one["ops"] for one in parts.parts_of({"unit": "instructions", "rows": [
    row("pair", 4096, 200, "direct")]})], [], "nor without the least of the tries")
both = row("pair", 4096, 9, "bounced")
both["cell"]["direct"], both["cell"]["bounced"] = 5, 5
tap.equal(paths.route(both["cell"]), None, "maps that took two routes have none")
rows = [row("pair", size, 300 + size / 10, "bounced") for size in (512, 4096, 65536)]
found = paths.paths_of({"unit": "ns", "rows": rows})
tap.equal([round(one["low"]) for one in found], [300, 300, 300],
          "by a clock of time the copy is the slope over the sizes")
tap.equal(round(paths.break_even({"unit": "ns", "rows": rows}, "stock")), 3000,
          "whose copy takes as long as the path")
tap.equal(paths.break_even({"unit": "instructions", "rows": rows}, "stock"), None,
          "which instructions don't tell")

# -- rounds of one layout, as a host has them, are no layouts
def held(percent, seed, size, median, index, served=10):
    """A round of a bounced pair on a pool that is held."""
    one = row("pair", size, median, "bounced" if served else None,
              {"percent": percent, "mix": "wide", "seed": seed})
    one["round"], one["cell"]["served"] = index, served
    one["cell"]["bounced"] = served
    return one


for unit, empty, half in (("instructions", (500, 500, 500), (900, 910, 890)),
                          ("ns", (480, 500, 530), (700, 900, 950))):
    rows = [dict(row("memcpy", 4096, 1000), round=i) for i in range(3)]
    rows += [dict(row("pair", size, one + size / 4.096, "bounced"), round=i)
             for i, one in enumerate(empty) for size in (512, 4096, 65536)]
    rows += [held(50, 1, 4096, 1000 + one, i) for i, one in enumerate(half)]
    rows += [held(90, 1, 4096, 1000 + half[i], i, 0 if i == 1 else 10) for i in range(3)]
    found = next(one for one in paths.paths_of({"unit": unit, "rows": rows})
                 if one["size"] == 4096)
    tap.equal((found["layouts"], found["unserved"]), (3, 1),
              f"{unit}: three rounds of three layouts are three layouts, of which one failed")
    tap.equal([[round(one["path"], -1) for one in fill["layouts"]] for fill in found["fills"]],
              [[500], [900], [round(median(half[::2]), -1)]],
              f"{unit}: a layout's path is the median of its rounds")
    tap.equal([one["rounds"] for fill in found["fills"] for one in fill["layouts"]], [3, 3, 3],
              f"{unit}: which are counted")
    noisy = rows + [held(97, 1, 4096, 1000 + net, i) for i, net in enumerate((-667, 900, 2589))]
    found = next(one for one in paths.paths_of({"unit": unit, "rows": noisy})
                 if one["size"] == 4096)
    last = found["fills"][-1]["layouts"][0]
    tap.equal((last["path"], round(last["below"])), (None, 1628),
              f"{unit}: what is below its noise is no path")
    tap.equal((found["low"], round(found["high"]), found["below"]), (None, 1628, 1),
              f"{unit}: nor the least of a range")
    found = paths.paths_of({"unit": unit, "rows": rows[:12] + [held(97, 1, 4096, 400, 0)]})
    last = next(one for one in found if one["size"] == 4096)["fills"][-1]["layouts"][0]
    tap.equal((last["path"], last["below"]), (None, 0), f"{unit}: nor is one below zero")

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
