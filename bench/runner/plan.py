# SPDX-License-Identifier: GPL-2.0-only
"""The plan: a randomised experiment, made before anything is done.

A timed load runs in pairs: one visit to stock (A) and one to the module (B), and a coin for each
pair says which comes first, so that no drift or period of the machine can pass for a difference.
The order of the loads is shuffled in each visit. Each visit begins with a rebind, so neighbouring
visits to one backend (A2 after A1, as the coins fall) show what the machine's own noise is. One
visit to each backend comes first and is discarded. Reads come before writes, which begin on a disk
that was filled, and counted rounds after all timed ones. Seeds of offsets differ by pair, and are
the same for both sides.
"""

import random
from typing import NamedTuple, Optional, Tuple

import loads as load_files

TIMED, COUNTED, DISCARDED, HELD = "timed", "counted", "discarded", "held"
SAMPLED = "sampled"
# Pairs after which --precision looks, once.
PILOT = 10
BACKENDS = {"A": "stock", "B": "module"}


class Visit(NamedTuple):
    """Some loads, one after the other, on a target on one backend."""
    target: str
    backend: str
    kind: str
    loads: Tuple[str, ...]
    pair: int = 0
    position: Optional[str] = None  # "A1"
    block: str = "reads"            # reads, writes, counts, samples or held
    force: bool = False
    turn: int = 0                   # of counted visits that are repeated
    held: int = 0                   # per cent of the pool that others hold meanwhile

    def group(self):
        """Visits of one group stand or fall together: the two of a pair."""
        return (self.target, self.block, self.kind, self.pair,
                None if self.pair else (self.backend, self.force, self.turn, self.held))


class Settings(NamedTuple):
    """How much is measured."""
    set: str
    rounds: int
    seconds: int
    seed: int
    emulated: bool
    precision: Optional[int] = None
    samples: bool = False  # of where the CPUs are, too
    pairs_before: int = 0  # pairs of the boots before are numbered up to here

    @property
    def ramp_s(self):
        """How long a timed load runs before it is measured."""
        return 0.3 if self.emulated else 1


def settings(options, machine, can_sample=False):
    """The Settings that options ask for on a machine. An emulator's samples tell nothing of a
    machine: there they are taken in the full set alone.
    """
    rounds, seconds = (12, 5) if options.set == "full" else (3, 2)
    if machine.emulated:
        seconds //= 2
    if options.precision:
        rounds = PILOT
    rounds = 0 if "timed" in options.leave_out else options.rounds or rounds
    return Settings(options.set, rounds, options.seconds or seconds,
                    options.seed, machine.emulated, options.precision,
                    can_sample and rounds > 0 and "samples" not in options.leave_out and
                    (not machine.emulated or options.set == "full"))


def load_seconds(wanted, kind):
    """How long a load of this kind runs: perf takes time to begin, more in an emulator."""
    if kind != SAMPLED:
        return wanted.seconds
    return 2 * wanted.seconds + (8 if wanted.emulated else 2)


def _random(seed, *words):
    return random.Random("/".join(map(str, (seed,) + words)))


def seed_of(seed, target, load, pair):
    """The seed of a load's random offsets: one a pair."""
    return _random(seed, "offsets", target, load, pair).getrandbits(31)


def _shuffled(names, *words):
    names = list(names)
    _random(*words).shuffle(names)
    return tuple(names)


def pair_visits(target, both, block, pair, names, seed):
    """The visits of one pair, in the order that its coin gives; without a module only stock's."""
    sides = "A"
    if both:
        sides = _random(seed, "coin", target, block, pair).choice(("AB", "BA"))
    return [Visit(target, BACKENDS[side], TIMED,
                  _shuffled(names, seed, "order", target, block, pair, side), pair,
                  f"{side}{pair}", block) for side in sides]


def timed_visits(target, loads, wanted):
    """All timed visits of a target, the discarded ones before them."""
    visits = []
    timed = load_files.of_target(loads, target, TIMED, wanted.set)
    for block, writes in (("reads", False), ("writes", True)):
        chosen = [load for load in timed if load.writes == writes]
        names = [load.name for load in chosen]
        if not names:
            continue
        warm = [load.name for load in chosen if not load.rated]
        before = load_files.of_target(loads, target, "before", wanted.set) if writes else ()
        if before:
            visits.append(Visit(target.id, "stock", DISCARDED,
                                tuple(load.name for load in before), block=block))
        backends = ["stock"] + (["module"] if target.module else [])
        _random(wanted.seed, "discarded", target.id, block).shuffle(backends)
        for backend in backends if warm else ():
            visits.append(Visit(target.id, backend, DISCARDED,
                                _shuffled(warm, wanted.seed, "warm", target.id, backend),
                                block=block))
        for pair in range(wanted.pairs_before + 1, wanted.pairs_before + wanted.rounds + 1):
            visits += pair_visits(target.id, target.module, block, pair, names, wanted.seed)
    return visits


def counted_names(target, loads, wanted):
    """The counted loads of a target; on a host one that is timed, too, is among them."""
    chosen = load_files.of_target(loads, target, COUNTED, wanted.set)
    if not wanted.emulated:
        more = load_files.of_target(loads, target, COUNTED, "host")
        chosen = more + [load for load in chosen if load not in more]
    return tuple(load.name for load in chosen)


def counted_visits(target, loads, wanted):
    """The counted visits of a target: on each backend, and once forced to bounce; in the full set
    three times, for how often a load's bytes bounce is one draw of how its buffers lie.
    """
    names = counted_names(target, loads, wanted)
    visits = []
    for turn in range(3 if wanted.set == "full" else 1) if names else ():
        visits.append(Visit(target.id, "stock", COUNTED, names, block="counts", turn=turn))
        if target.module:
            visits.append(visits[-1]._replace(backend="module"))
            if target.kind == "disk" and target.wide:
                # the last load is the one that checks its data, where writing is allowed
                visits.append(visits[-1]._replace(loads=names[-1:], force=True))
    return visits


def sampled_visits(target, loads, wanted):
    """A load of a target on each backend, and forced to bounce, while perf takes samples."""
    names = tuple(load.name for load in load_files.of_target(loads, target, SAMPLED, wanted.set))
    if not names:
        return []
    visits = [Visit(target.id, "stock", SAMPLED, names, block="samples")]
    if target.module:
        visits.append(visits[-1]._replace(backend="module"))
        if target.kind == "disk" and target.wide:
            visits.append(visits[-1]._replace(force=True))
    return visits


def held_visits(target, loads, wanted, holder):
    """The last counted load, which checks its data where it may write, of a target that bounces by
    nature, while others hold a part of the pool; none of those that can't be told from the holder.
    """
    names = [load.name for load in load_files.of_target(loads, target, COUNTED, wanted.set)][-1:]
    if target.wide or target is holder.target or not names:
        return []
    both = target.module and holder.both
    return [Visit(target.id, backend, HELD, tuple(names), block="held", held=percent)
            for percent in holder.fills
            for backend in ("stock", "module") if backend == "stock" or both]


def make(targets, loads, wanted, holder=None):
    """The visits of a run, in their order; holder: what can hold the pool, or None."""
    visits = []
    for target in targets if wanted.rounds else ():
        visits += timed_visits(target, loads, wanted)
    for target in targets:
        visits += counted_visits(target, loads, wanted)
    for target in targets if wanted.samples else ():
        visits += sampled_visits(target, loads, wanted)
    for target in targets if holder else ():
        visits += held_visits(target, loads, wanted, holder)
    return visits


class Step(NamedTuple):
    """What the runner does next: a move of a target to a backend, or a round of a visit."""
    what: str
    target: str
    backend: str
    visit: Optional[Visit] = None
    load: Optional[str] = None

    def text(self):
        """The step in words."""
        if self.what == "move":
            return f"move {self.target} to {self.backend}"
        visit, backend = self.visit, self.backend
        if visit.force:
            backend += " (bouncing forced)"
        if visit.held:
            backend += f" ({visit.held} % of the pool held)"
        position = f" {visit.position}" if visit.position else ""
        return f"{self.target} {self.load} on {backend}, {visit.kind}{position}"


def steps_of(visits, movable):
    """The steps of visits. movable: the ids of targets that may be moved.

    A device is bound again before each visit but the first to stock and the forced one, and
    goes back to stock before the next device's turn.
    """
    steps, before = [], None
    for visit in visits:
        if before and before.target != visit.target:
            steps += _way_back(before)
            before = None
        again = before is not None or visit.backend == "module"
        if visit.target in movable and again and not visit.force:
            steps.append(Step("move", visit.target, visit.backend))
        steps += [Step("round", visit.target, visit.backend, visit, load) for load in visit.loads]
        before = visit
    return steps + (_way_back(before) if before else [])


def _way_back(visit):
    return [Step("move", visit.target, "stock")] if visit.backend == "module" else []


def tenths_of(step, wanted):
    """The expected tenths of a second: what starts and ends a tool is slow when emulated."""
    slow = 15 if wanted.emulated else 4
    if step.what == "move":
        return slow * 2
    if step.visit.kind == HELD:
        return slow * 4 + 10
    if step.visit.kind == SAMPLED:
        return int((load_seconds(wanted, SAMPLED) + wanted.ramp_s) * 10) + slow * 4
    if step.visit.kind == COUNTED:
        return slow * 2 + 10
    return int((wanted.seconds + wanted.ramp_s) * 10) + slow
