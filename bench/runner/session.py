# SPDX-License-Identifier: GPL-2.0-only
"""Runs a plan: visits in their order, what failed once more, and more pairs where asked for."""

import math
import time

import plan
import record as record_file
import rounds as round_files
from errors import Failed

import estimates
import figures

MOST_PAIRS = 100
PILOT = plan.PILOT


class Session:
    """The measuring part of a run, from its first round to its last."""

    def __init__(self, finder, wanted, loads, record, backends, rounds, progress):
        self.targets = {target.id: target for target in finder.targets}
        self.finder, self.wanted, self.record = finder, wanted, record
        self.backends, self.rounds, self.progress = backends, rounds, progress
        self.loads = {load.name: load for load in loads}
        self.movable = {target.id for target in finder.targets if target.module}
        self.broken = set()
        self.reached = []  # lines about the precision
        self.before = None  # the visit before
        known = record.known()
        self.visit_number = max([one["visit"] for one in known] + [-1]) + 1
        self.index = max([one["index"] for one in known] + [-1]) + 1

    def run(self, visits):
        """All visits, block by block."""
        blocks = {}
        for visit in visits:
            blocks.setdefault((visit.target, visit.block), []).append(visit)
        for block in blocks.values():
            self._run_block(block)
        self._leave()
        self.progress.end()

    def _run_block(self, visits):
        missing = self._missing(visits)
        for visit in missing:
            self._visit(visit)
        timed = [visit for visit in visits if visit.kind == plan.TIMED]
        if timed:
            self._repeat_failed(timed[0].target, timed[0].block)
            if self.wanted.precision and timed[0].target in self.movable:
                self._reach_precision(timed[0].target, timed[0].block)

    def _missing(self, visits):
        """The visits of which a round is missing: the two of a pair stand or fall together."""
        have = {}
        for one in self.record.rounds:
            where = (one["device"], one["block"], one["kind"], one["pair"] or 0,
                     one.get("turn", 0), one.get("held") or 0)
            have.setdefault(where + (one["backend"], one["force"]), set()).add(one["load"])
        whole = {}
        for visit in visits:
            if visit.kind == plan.DISCARDED:
                continue
            key = (visit.target, visit.block, visit.kind, visit.pair, visit.turn, visit.held,
                   visit.backend, visit.force)
            loads = {name for name in visit.loads if not self._unrated(name, visit.target)}
            good = loads <= have.get(key, set())
            whole[visit.group()] = whole.get(visit.group(), True) and good
        missing = [visit for visit in visits
                   if visit.kind != plan.DISCARDED and not whole[visit.group()]]
        self._discard_halves(missing)
        warm = [visit for visit in visits if visit.kind == plan.DISCARDED]
        return (warm if any(visit.kind == plan.TIMED for visit in missing) else []) + missing

    def _discard_halves(self, missing):
        """Rounds of a pair that was cut are no pair with what is measured now."""
        groups = {visit.group() for visit in missing if visit.pair}
        for one in list(self.record.rounds):
            if (one["device"], one["block"], one["kind"], one["pair"], None) in groups:
                self.record.rounds.remove(one)
                self.record.discarded.append(dict(one, discarded=True, why="its pair was cut"))

    def _unrated(self, name, target):
        return self.loads[name].rated and target not in self.rounds.rates

    def _visit(self, visit, repeats=None):
        """A visit: the move to its backend, then its loads."""
        if visit.target in self.broken:
            return []
        target = self.targets[visit.target]
        if self.before and self.before.target != visit.target:
            self._leave()
        if not self._move(target, visit):
            return []
        failed = []
        for name in visit.loads:
            step = plan.Step("round", visit.target, visit.backend, visit, name)
            if self._unrated(name, visit.target):
                self.finder.leave_out(f"{name} on {visit.target}", "no rate is known to be served")
                self.rounds.rates.setdefault(visit.target, 0)
            if self.loads[name].rated and not self.rounds.rates[visit.target]:
                continue
            begun = time.monotonic()
            self.progress.step(step.text())
            one = self.rounds.run(target, visit, self.loads[name], self.index, self.visit_number,
                                  repeats)
            self.index += 1
            if not one["ok"]:
                failed.append(name)
                # what is discarded anyway is no loss, what a held pool does to a load a finding
                loss = visit.kind != plan.DISCARDED and not one["finding"]
                tell = self._error if loss else self.progress.error
                tell(record_file.failure(one))
            self.progress.step_done(plan.tenths_of(step, self.wanted), time.monotonic() - begun)
        self.visit_number += 1
        self.before = visit
        if visit.kind == plan.DISCARDED and visit.backend == "stock" and visit.block == "reads":
            rate = round_files.rate_from(self.record, target)
            if rate:
                self.rounds.rates[visit.target] = rate
                self.record.state(rates=self.rounds.rates)
        if visit.kind == plan.COUNTED and failed and repeats is None:
            self._visit(visit._replace(loads=tuple(failed)), repeats=0)
        return failed

    def _error(self, text):
        self.record.errors.append(text)
        self.progress.error(text)

    def _move(self, target, visit):
        """Binds the device anew on the visit's backend. False if it does not come up."""
        again = self.before is not None or visit.backend == "module"
        if target.id not in self.movable or not again or visit.force:
            return True
        step = plan.Step("move", target.id, visit.backend)
        begun = time.monotonic()
        self.progress.step(step.text())
        self.rounds.close()
        try:
            self.backends.move(target, visit.backend)
        except (OSError, Failed) as error:
            self._error(f"{target.id} did not move to {visit.backend}: {error}")
            self.broken.add(target.id)
            return False
        self.progress.step_done(plan.tenths_of(step, self.wanted), time.monotonic() - begun)
        return True

    def _leave(self):
        """The device of the visit before goes back to stock."""
        before, self.before = self.before, None
        if before and before.backend == "module" and before.target not in self.broken:
            stock = before._replace(backend="stock", force=False)
            self.before = before
            self._move(self.targets[before.target], stock)
            self.before = None
        self.rounds.close()

    def _timed_rounds(self, target, block):
        return [one for one in self.record.rounds
                if one["device"] == target and one["block"] == block and one["kind"] == plan.TIMED]

    def _extra_pair(self, target, block, names, repeats=None):
        """A new pair with a coin of its own."""
        rounds = self._timed_rounds(target, block)
        pair = max([one["pair"] for one in rounds] + [self.wanted.pairs_before +
                                                      self.wanted.rounds]) + 1
        visits = plan.pair_visits(target, target in self.movable, block, pair, names,
                                  self.wanted.seed)
        steps = plan.steps_of(visits, self.movable)
        self.progress.more(len(steps), sum(plan.tenths_of(step, self.wanted) for step in steps))
        for visit in visits:
            self._visit(visit, repeats)

    def _repeat_failed(self, target, block):
        """What failed is tried once more, as a new pair; both are kept."""
        rounds = self._timed_rounds(target, block)
        repeated = {one["repeats"] for one in rounds}
        failed = {}
        for one in rounds:
            if not one["ok"] and one["repeats"] is None and one["pair"] not in repeated:
                failed.setdefault(one["pair"], set()).add(one["load"])
        for pair, names in sorted(failed.items()):
            self._extra_pair(target, block, sorted(names), repeats=pair)

    def _ratios(self, target, block):
        """The logarithms of the ratios of each load's pairs, by load."""
        record = {"rounds": [dict(one) for one in self._timed_rounds(target, block)], "devices": []}
        for one in record["rounds"]:
            figures.fill_round(record, one, self.record.work)
        found = {}
        for (_, load), rounds in figures.timed_cells(record).items():
            ratios = figures.pair_ratios(rounds, figures.throughput_of(rounds))
            found[load] = [math.log(ratio) for ratio in ratios.values()]
        return found

    def _reach_precision(self, target, block):
        """Stein's rule: one look at the pilot, then as many pairs as it asks for."""
        share, needed = self.wanted.precision / 100, 0
        for load, logs in self._ratios(target, block).items():
            if len(logs) > 2:
                needed = max(needed, estimates.pairs_needed(logs[:PILOT], share))
        names = sorted({one["load"] for one in self._timed_rounds(target, block)})
        have = len({one["pair"] for one in self._timed_rounds(target, block)})
        for _ in range(min(needed, MOST_PAIRS) - have):
            self._extra_pair(target, block, names)
        for load, logs in self._ratios(target, block).items():
            half = estimates.half_width(logs, logs[:PILOT]) if len(logs) > 2 else None
            got = "unknown" if half is None else f"+-{half * 100:.1f} %"
            self.reached.append(f"{target} {load}: {got} on this boot (asked "
                                f"{self.wanted.precision} %), {len(logs)} pairs; over boots: "
                                "unknown")
