# SPDX-License-Identifier: GPL-2.0-only
"""Running analysis/replay, and what it answers."""
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

CUT = 3
LAYOUTS = 4  # of what lived at the start, beside the snapshot's order
WORKERS = min(os.cpu_count() or 1, 4)


class Refused(Exception):
    """One line that says why there is no advice."""


class Pool:
    """One pool that the recording was replayed on."""

    def __init__(self, entry):
        self.allocator = entry["allocator"]
        self.slots = entry["slots"]
        self.areas = entry["areas"]
        self.claims = entry["claims"]
        self.failures = entry["failures"]
        self.by_reason = entry["failures_by_reason"]
        self.hiwater = entry["used_hiwater"]
        self.layouts_failing = 0

    @property
    def too_large(self):
        """Failures that no size of this allocator cures."""
        return self.by_reason["too-large"]

    @property
    def unreachable(self):
        return self.by_reason["mask-unreachable"]

    @property
    def curable(self):
        """Failures that a larger pool might cure."""
        return self.failures - self.too_large - self.unreachable

    @property
    def serves(self):
        """It failed nothing that a larger one might serve, however it held what it had at first.

        One that nobody reaches serves nobody.
        """
        return not self.curable and not self.layouts_failing and \
            (self.claims > self.failures or not self.unreachable)


class Result:
    """What one replay told."""

    def __init__(self, data):
        self.data = data
        self.recording = data["recording"]
        self.load = data["load"]
        self.devices = data["devices"]
        self.pools = [Pool(entry) for entry in data["pools"]]
        self.maxima = data["timeline"]["in_use_max"]
        self.interval = data["timeline"]["interval_seconds"]

    @property
    def peak(self):
        """Slots wanted at once at most, had nothing failed."""
        return self.load["peak_with_failed"]["slots"]

    def of(self, allocator, areas=None):
        """Its pools, by rising size."""
        found = [p for p in self.pools
                 if p.allocator == allocator and (areas is None or p.areas in (None, areas))]
        return sorted(found, key=lambda p: p.slots)

    def pool(self, allocator, slots, areas=None):
        """The one of this size, or None."""
        return next((p for p in self.of(allocator, areas) if p.slots == slots), None)


def numbers(values):
    return ",".join(str(value) for value in values)


class Replay:
    """The program, and the recording it reads."""

    def __init__(self, program, recording, across_gaps=False, progress=None):
        """progress: is called before each replay."""
        self.program, self.recording = program, recording
        self.always = ["--across-gaps"] if across_gaps else []
        self.progress = progress or (lambda: None)

    def run(self, **options):
        """One replay; options as the program's long ones, lists joined by commas."""
        self.progress()
        words = [self.program] + self.always
        for name, value in options.items():
            if isinstance(value, (list, tuple)):
                value = numbers(value)
            name = name.replace("_", "-")
            words.append(f"--{name}" if value is True else f"--{name}={value}")
        try:
            done = subprocess.run(words + ["--", self.recording], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, universal_newlines=True)
        except OSError as error:
            raise Refused(f"{self.program}: {error.strerror}: make -C analysis/replay")
        if done.returncode not in (0, CUT):
            said = done.stderr.strip() or f"ended with status {done.returncode}"
            raise Refused(said[len("replay: "):] if said.startswith("replay: ") else said)
        try:
            return Result(json.loads(done.stdout))
        except (ValueError, KeyError, TypeError):
            raise Refused(f"{self.program}: it is not the replay of this tuner")

    def all(self, runs):
        """The results of several replays, in their order; as many at once as there are CPUs."""
        if not runs:
            return []
        with ThreadPoolExecutor(WORKERS) as workers:
            return list(workers.map(lambda options: self.run(**options), runs))


def add_layouts(replay, result, **options):
    """In how many layouts of what lived at the start does each pool fail?"""
    if not result.load["at_start_slots"]:
        return
    for worn in replay.all([dict(options, points=1, worn=layout)
                            for layout in range(1, LAYOUTS + 1)]):
        for pool in result.pools:
            pool.layouts_failing += worn.pool(pool.allocator, pool.slots, pool.areas).curable > 0
