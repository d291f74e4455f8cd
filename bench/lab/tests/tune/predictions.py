# SPDX-License-Identifier: GPL-2.0-only
"""What is foretold of a machine's recordings, and what its kernel met: a row each."""
import csv
import functools
import gzip
import json
import os
import re
import shutil
import subprocess
import tempfile
import zlib
from typing import NamedTuple, Optional

TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 4))
REPLAY = os.path.join(TOP, "build", "replay", "replay")
PLACEMENT = os.path.join(TOP, "build", "replay", "placement")
TUNE = os.path.join(TOP, "analysis", "tune", "tune")
LAYOUTS = 4
CUT = 3  # exit status of replay
SECTIONS = {"peak": "Peaks", "place": "Slot by slot", "size": "Other sizes", "scale": "Twice the depth", "remedy": "Remedies"}
# Remedies that save bytes: words, the load before, the reason that goes, the load afterwards
NOT_COPIED = (
    ("bytes not copied without forcing", ("module", "nvme-fixed"), "forced", ("module", "nvme-unforced")),
    ("bytes not copied with a wider mask", ("stock", "sas-fixed"), "mask", ("module", "sas-fixed")),
)
# Remedies by which mappings fit: words, the load before, what is replayed, the load afterwards
FEWER = (
    ("requests of 16 KiB", "mix-tight", {"split": 16384, "own-queues": True}, "mix-split"),
    ("requests of 16 KiB", "usb-64k", {"split": 16384, "own-queues": True}, "usb-64k-split"),
    ("rings of 256, not 2048", "tcp-both-rings", {"queue": 256}, "tcp-both"),
)


class Run(NamedTuple):
    """A load in one pool, and the most in use by the kernel's own mark."""
    backend: str
    load: str
    slots: int
    areas: Optional[int]
    mark: int
    recording: str


class Row(NamedTuple):
    """Of the table."""
    kind: str
    machine: str
    run: Run
    what: str
    foretold: str
    met: str
    difference: str
    right: bool
    explained: bool  # of a miss: is it the load's, not the method's?
    cause: str


def runs_of(folder):
    for path, _, files in sorted(os.walk(folder)):
        if "marks.tsv" not in files:
            continue
        with open(os.path.join(path, "marks.tsv"), encoding="ascii") as f:
            for backend, name, slots, areas, mark in csv.reader(f, delimiter="\t"):
                yield Run(backend, name.split("@")[0], int(slots), int(areas) if areas.isdigit() else None, int(mark),
                          os.path.join(path, f"{backend}-{name}.rec.gz"))


@functools.lru_cache(maxsize=2)
def unpacked(recording):
    """A file with the recording as it was; it goes when another takes its place here."""
    file = tempfile.NamedTemporaryFile(suffix=".rec")
    with gzip.open(recording) as packed:
        shutil.copyfileobj(packed, file)
    file.flush()
    return file


def answer(program, run, words):
    """What a program says that reads the recording."""
    done = subprocess.run([program] + words + [unpacked(run.recording).name], stdout=subprocess.PIPE,
                          universal_newlines=True, check=True)
    return done.stdout


@functools.lru_cache(maxsize=None)
def replay(run, **options):
    """What the replay says; several rows ask the same of a recording."""
    options.setdefault("allocator", run.backend)
    words = ["--points=1", f"--of={run.backend}"]
    words += [f"--{name}" if value is True else f"--{name}={value}" for name, value in options.items()]
    return json.loads(answer(REPLAY, run, words))


def in_layouts(run, given):
    """The replay with what lived at the start as the snapshot tells it, and then shuffled."""
    return [replay(run, **layout, **given) for layout in [{}] + [{"worn": k} for k in range(1, LAYOUTS + 1)]]


def reasons(pool):
    return ", ".join(f"{count} {name}" for name, count in pool["failures_by_reason"].items() if count) or "none"


def copied(result):
    return sum(device[key] for device in result["devices"]
               for key in ("copied_in_bytes", "copied_out_bytes", "copied_by_syncs_bytes"))


def percent(told, met):
    return f"{100 * (told - met) / met:+.1f} %" if told != met and met else ""


def wanted(result):
    return result["load"]["peak_with_failed"]["slots"]


def needed(base, run, **changed):
    """The most slots in use in the pool of @run, by the recording of @base; beyond the module's lies its reserve."""
    told = replay(base, slots=run.slots, allocator=run.backend, **changed)
    return told["pools"][0]["used_hiwater"] if run.backend == "module" else wanted(told)


def in_areas(run, what):
    """Slots in several areas are another pool of that size."""
    return f"{what}, {run.areas} areas" if run.areas and run.areas > 1 else what


def whole(run):
    """None; or why the recording tells nothing."""
    try:
        replay(run, slots=1024)
    except subprocess.CalledProcessError as e:
        return "its recording was cut off" if e.returncode == CUT else "its recording can't be read"
    except (OSError, EOFError, zlib.error) as e: # of the packed file
        return f"its recording can't be unpacked: {e}"
    return None


def not_filled(run, queue):
    """Did its load leave room in every queue, one each way?  Then these were no limit for it.  With the words."""
    if not queue:
        return False, ""
    had = max(device["live_mappings_max"] for device in replay(run, slots=1024)["devices"])
    return had < 2 * queue, f"the load did not fill its queues: a device had {had} mappings at once, of {2 * queue}"


def at_once(run):
    """The most mappings of an NVMe disk that lived at once."""
    return max(device["live_mappings_max"] for device in replay(run, slots=1024)["devices"] if device["driver"] == "nvme")


class Machine:
    """A folder of one."""

    def __init__(self, folder):
        self.folder, self.name = folder, os.path.basename(os.path.abspath(folder))
        runs = [(run, whole(run)) for run in runs_of(folder)]
        self.runs = sorted((run for run, wrong in runs if not wrong), key=lambda run: (run.backend, run.load, -run.slots))
        self.left_out = [(run, wrong) for run, wrong in runs if wrong]
        self.kernel, self.events, self.lost = "", 0, 0

    def of(self, backend, load):
        """The run in the largest pool, or None."""
        return next((run for run in self.runs if (run.backend, run.load) == (backend, load)), None)

    def pairs(self, before, after):
        """The run in the largest pool that foretells, and each in whatever pool that met."""
        base = self.of(*before)
        return [(base, run) for run in self.runs if base and run != base and (run.backend, run.load) == after]

    def rows(self):
        for run in self.runs:
            yield self.peak(run)
            yield from self.placed(run)
        for backend, load in sorted({(run.backend, run.load) for run in self.runs}):
            for base, run in self.pairs((backend, load), (backend, load)):
                yield self.failures("size", base, run, "failures")
        yield from self.deeper()
        for load in sorted({run.load for run in self.runs}):
            if load == "sas-fixed":
                continue  # on the module it does not bounce: see not_copied()
            for base, run in self.pairs(("stock", load), ("module", load)):
                yield self.remedy(base, run, "the module")
        yield from self.fewer()
        yield from self.not_copied()

    def peak(self, run):
        """The replay's peak of what was recorded, against the kernel's mark of the same time.

        The module's mark is of its pool: what goes beyond lies in the reserve, and a pool of that size is asked.
        """
        told = replay(run, slots=run.slots if run.backend == "module" else 1024)
        peak = told["load"]["peak"]["slots"]
        if run.backend == "module" and told["pools"][0]["reserve_hiwater"]:
            peak = told["pools"][0]["used_hiwater"]
        self.kernel = told["recording"]["kernel"]
        lost = told["recording"]["lost"]
        self.events += told["recording"]["events"]
        self.lost += lost
        return self.near("peak", run, "most in use", peak, run.mark, 0.05, lost > 0,
                         f"{lost} events were lost")

    def placed(self, run):
        """Each mapping beside the slot the kernel gave it, in a pool of which every address is known."""
        if run.backend == "stock" and run.areas:
            numbers = [int(word) for word in re.findall(r"\d+", answer(PLACEMENT, run, []))]
            placed, alike, failed, failed_alike, unknown = numbers
            if placed and not unknown:
                right = 1000 * (alike + failed_alike) >= 999 * (placed + failed)
                yield Row("place", self.name, run,
                          in_areas(run, "at the kernel's slot, and failures where it failed"),
                          f"{alike}, {failed_alike}", f"{placed}, {failed}", "", right, False, "")

    def near(self, kind, run, what, told, met, within, explained=False, cause=""):
        right = abs(told - met) <= within * met
        return Row(kind, self.name, run, what, str(told), str(met), percent(told, met), right, explained, cause)

    def failures(self, kind, base, run, what, **changed):
        """A pool either fails however the slots of the start lie, or never, or it depends on that."""
        given = dict({"allocator": run.backend, "slots": run.slots}, **changed)
        if run.areas:
            given["areas"] = run.areas
        results = in_layouts(base, given)
        told = [result["pools"][0]["failures"] for result in results]
        failing = sum(failures > 0 for failures in told)
        own = in_layouts(run, {name: value for name, value in given.items() if name not in changed})
        met, again = own[0]["load"]["failed"], [result["pools"][0]["failures"] for result in own]
        right = 0 < failing < len(told) or (failing > 0) == (met > 0)
        words = reasons(results[0]["pools"][0])
        if 0 < failing < len(told):
            words += f" ({failing} of {len(told)} layouts fail)"
        cause = (f"another load than the recorded one: it wanted {wanted(own[0])} slots at most, that one "
                 f"{wanted(results[0])}; itself replayed, in {len(again)} layouts, it fails "
                 f"{' or '.join(str(n) for n in sorted(set(again)))} there")
        return Row(kind, self.name, run, in_areas(run, what), words, str(met or "none"), "", right,
                   any((n > 0) == (met > 0) for n in again), cause)

    def deeper(self):
        """Twice a load, superposed with itself, against the load at twice the depth."""
        for backend in ("stock", "module"):
            for depth in (8, 16):
                base, twice = self.of(backend, f"nvme-64k-{depth}"), self.of(backend, f"nvme-64k-{2 * depth}")
                if base and twice:
                    growth = json.loads(answer(TUNE, base, ["--json", "--scale=2", f"--replay={REPLAY}"]))["growth"]
                    had, has = at_once(base), at_once(twice)
                    yield self.near("scale", twice, f"most in use, from depth {depth}", growth["deeper_peak_high"],
                                    twice.mark, 0.15, has < 1.8 * had,
                                    f"the disk did not get twice as much at once: {had} mappings, then {has}")

    def remedy(self, base, run, what, **changed):
        """Where nothing fails, as foretold, the peak says more: that of the recording, and the kernel's mark.

        Each run of a load is another one.  So of a miss the replay of the run itself tells whose it is.
        """
        row = self.failures("remedy", base, run, f"failures with {what}", **changed)
        if row.foretold != row.met:
            return row
        told, own = needed(base, run, **changed), needed(run, run)
        explained, cause = not_filled(run, changed.get("queue"))
        if not explained:
            explained = abs(own - run.mark) <= 0.05 * run.mark
            cause = f"another load than the recorded one: itself replayed it needs {own}"
        return self.near("remedy", run, f"most in use with {what}", told, run.mark, 0.1, explained, cause)

    def fewer(self):
        """Remedies by which a load needs less."""
        for what, before, changed, after in FEWER:
            for base, run in self.pairs(("stock", before), ("stock", after)):
                yield self.remedy(base, run, what, **changed)

    def not_copied(self):
        """Remedies that save bytes: without a reason to bounce, and the same load when it is gone."""
        for what, before, reason, after in NOT_COPIED:
            base, cured = self.of(*before), self.of(*after)
            if base and cured:
                had = copied(replay(base, slots=1024))
                told = had - copied(replay(base, slots=1024, without=reason))
                yield self.near("remedy", base, what, told, had - copied(replay(cured, slots=1024)), 0.1)
