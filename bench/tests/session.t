#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A session goes through a plan: what fails is repeated as a new pair, and --precision adds pairs
once, as many as the pilot asks for. The rounds are made up; everything else is real."""

import json
import os
import random
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import CHECKOUT, Tap, use  # noqa: E402

use("bench/runner", "analysis")
import errors  # noqa: E402
import estimates  # noqa: E402
import loads  # noqa: E402
import plan  # noqa: E402
import record as record_file  # noqa: E402
import session  # noqa: E402

tap = Tap()
SUITE = loads.find(CHECKOUT)


class Disk:
    """A target that may move."""
    id, kind, wide, module, writable = "disk", "disk", True, True, False


class Finder:
    """What was found."""
    targets = [Disk()]
    left_out = []

    def leave_out(self, what, why):
        """Notes it."""
        self.left_out.append((what, why))


class Rounds:
    """Makes a round up: its IOPS are random, and those whose index is in bad fail."""

    def __init__(self, record, scatter, bad=()):
        self.record, self.scatter, self.bad, self.rates = record, scatter, bad, {}
        self.chance = random.Random(5)

    def close(self):
        """Nothing is open."""

    def run(self, target, visit, load, index, visit_number, repeats=None):
        """Records the round."""
        raw = f"raw/{index:03d}.json"
        iops = 1000 * (1.3 if visit.backend == "module" else 1) * \
            (1 + self.scatter * self.chance.gauss(0, 1))
        side = {"total_ios": 100, "iops": iops, "bw_bytes": iops * 4096, "io_bytes": 409600}
        with open(os.path.join(self.record.work, raw), "w") as file:
            json.dump({"jobs": [{"job_runtime": 1000, "read": side}]}, file)
        one = {"index": index, "kind": visit.kind, "backend": visit.backend, "device": target.id,
               "load": load.name, "position": visit.position, "pair": visit.pair or None,
               "turn": visit.turn, "held": visit.held or None, "finding": None,
               "block": visit.block, "visit": visit_number, "force": visit.force, "raw": raw,
               "ok": index not in self.bad, "why": "made up", "repeats": repeats}
        if visit.kind == plan.DISCARDED:
            one.update(kind=plan.TIMED, discarded=True)
        self.record.add(one)
        return one


class Backends:
    """Notes the moves; refuse is the number of one that fails."""

    def __init__(self, refuse=None):
        self.moves, self.refuse = [], refuse

    def move(self, target, backend):
        """Moves."""
        self.moves.append(backend)
        if len(self.moves) == self.refuse:
            raise errors.Failed("it does not come up")


class Progress:
    """Says nothing."""

    def more(self, *_):
        """More steps."""

    step = step_done = error = more

    def end(self):
        """The end."""


def run(folder, scatter=0., bad=(), precision=None, rounds=3, refuse=None):
    """(record, session, moves) of a run of the quick set."""
    finder = Finder()
    wanted = plan.Settings("quick", rounds, 1, 1, False, precision)
    record = record_file.Record(folder, "made-up")
    record.begin({"boots": ["x"]})
    backends = Backends(refuse)
    one = session.Session(finder, wanted, SUITE, record, backends, Rounds(record, scatter, bad),
                          Progress())
    one.run(plan.make(finder.targets, SUITE, wanted))
    return record, one, backends.moves


def pairs(record, load):
    """The numbers of a load's pairs, a side each."""
    return sorted(one["position"] for one in record.rounds if one["load"] == load and one["pair"])


with tempfile.TemporaryDirectory() as work:
    record, _, moves = run(work + "/plain")
    tap.equal(pairs(record, "read-128k"), ["A1", "A2", "A3", "B1", "B2", "B3"], "pairs have two sides")
    tap.equal(len(record.discarded), 4, "a visit to each backend is discarded")
    steps = plan.steps_of(plan.make(Finder.targets, SUITE, plan.Settings("quick", 3, 1, 1, False)),
                          {"disk"})
    tap.equal(moves, [step.backend for step in steps if step.what == "move"],
              "the moves are those of the plan")
    tap.equal(moves[-1], "stock", "the last one goes back")

    first = next(one for one in record.rounds if one["pair"] == 2)
    record, _, _ = run(work + "/failed", bad={first["index"]})
    tap.equal(pairs(record, first["load"]), ["A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4"],
              "what failed is repeated as a new pair, of both sides")
    other = ({"read-128k", "randread-4k-qd1"} - {first["load"]}).pop()
    tap.equal(pairs(record, other), ["A1", "A2", "A3", "B1", "B2", "B3"], "and nothing else is")
    tap.equal(sum(one["repeats"] == 2 for one in record.rounds), 2, "it says which pair it repeats")
    tap.equal(len(record.errors), 1, "the failure stays")

    with_counts = plan.Settings("full", 1, 1, 1, False)
    counts = [visit for visit in plan.make(Finder.targets, SUITE, with_counts)
              if visit.kind == plan.COUNTED]
    record = record_file.Record(work + "/counts", "made-up")
    record.begin({"boots": ["x"]})
    again = session.Session(Finder(), with_counts, SUITE, record, Backends(),
                            Rounds(record, 0), Progress())
    again.run(counts[:2])
    tap.equal([visit.turn for visit in again._missing(counts)],
              [visit.turn for visit in counts[2:]], "a resumed run counts what it has not counted")

    record, _, _ = run(work + "/broken", refuse=3)
    tap.equal((len(record.errors), "did not move to" in record.errors[0]), (1, True),
              "a device that does not come up is told once, and let be")

    record, one, _ = run(work + "/precise", scatter=.07, precision=5, rounds=plan.PILOT)
    logs = one._ratios("disk", "reads")
    needed = max(estimates.pairs_needed(some[:plan.PILOT], .05) for some in logs.values())
    tap.between(needed, 12, 100, "the pilot asks for more")
    tap.equal({len(some) for some in logs.values()}, {needed}, "every load has as many pairs as that")
    tap.ok(all("over boots: unknown" in line for line in one.reached) and len(one.reached) == 2,
           "what was reached is told, for this boot", one.reached)
    wanted = plan.Settings("quick", plan.PILOT, 1, 1, False, 5)
    visits = plan.make(Finder.targets, SUITE, wanted)
    for cut in (7, 3 * plan.PILOT, len(record.rounds) - 3):
        half = record_file.Record(f"{work}/cut-{cut}", "made-up")
        half.begin({"boots": ["x", "y"]})
        half.rounds = [dict(one, boot=0) for one in record.rounds[:cut]]
        for name in os.listdir(record.work + "/raw"):
            shutil.copy(f"{record.work}/raw/{name}", f"{half.work}/raw/{name}")
        again = session.Session(Finder(), wanted, SUITE, half, Backends(), Rounds(half, .07),
                                Progress())
        again.run(visits)
        logs = again._ratios("disk", "reads")
        needed = max(estimates.pairs_needed(some[:plan.PILOT], .05) for some in logs.values())
        needed = min(needed, session.MOST_PAIRS)
        tap.equal([len(some) for some in logs.values()], [needed] * 2,
                  f"taken up after {cut} rounds it reaches the same precision")
    record, one, _ = run(work + "/easy", scatter=.001, precision=5, rounds=plan.PILOT)
    tap.equal({len(some) for some in one._ratios("disk", "reads").values()}, {plan.PILOT},
              "a quiet machine needs the pilot only")
sys.exit(tap.done())
