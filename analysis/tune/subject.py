# SPDX-License-Identifier: GPL-2.0-only
"""Which pool is judged, what it is today, and the sizes that are tried."""
from typing import NamedTuple, Optional, Tuple

from kernel import SEGMENT, SLOT, default_areas, named, parameter, parts, power_of_two

PIECE = 1024  # slots of a segment of the module's pool
LARGEST = 1 << 20
SMALLEST = 256
LEAST_POINTS, MOST_POINTS = 60, 600


class Subject(NamedTuple):
    """The pool that the advice is for."""
    pool: str  # stock or module
    slots: Optional[int]  # today; None: the recording does not tell
    areas: int  # of stock's
    areas_known: bool
    cpus: Optional[int]  # that set the areas where none are named; None: the areas were named
    words: Tuple[str, ...]  # that stand behind the numbers of the parameter
    kernel: str
    other_peak: int  # of the pool that is not judged

    def parameter(self, slots, areas=None):
        """What makes a stock pool of so many slots, and of as many areas as today."""
        return parameter(slots, areas or self.areas, self.kernel, self.cpus, self.words)


COMMAND_LINE = 255  # bytes of the kernel's that a recording has


def boot_of(recording):
    """(CPUs that set the areas, or None; words of its parameter).

    The kernel counts possible CPUs, the recording those that were online. A parameter that names no
    areas tells: then today's are the usual ones.
    """
    line = recording["command_line"] or ""
    numbers, words = parts(named(line))
    cpus = recording["cpus"] or recording["cpus_seen"] or 1
    if recording["areas"] and line and len(line) < COMMAND_LINE:
        cpus = recording["areas"] if len(numbers) < 2 else None
    return cpus, tuple(words)


def choose(survey, resize):
    """The pool that served, or failed, more; to be resized now: the module's, if it is there."""
    recording, load = survey.recording, survey.load
    failed = {"stock": 0, "module": 0}
    for device in survey.devices:
        failed[device["pool"]] += device["failed"]
    need = {name: (failed[name], load[f"peak_of_{name}"]["slots"]) for name in failed}
    pool = max(("stock", "module"), key=lambda name: need[name])
    if resize and recording["module_bytes"]:
        pool = "module"
    cpus, words = boot_of(recording)
    kernel = recording["kernel"] or ""
    today = recording["pool_slots"]
    if pool == "module":
        today = (recording["module_bytes"] or 0) // SLOT or None
    other = "module" if pool == "stock" else "stock"
    return Subject(pool, today, recording["areas"] or default_areas(kernel, cpus),
                   bool(recording["areas"]), cpus, words, kernel, need[other][1])


def points(seconds):
    """Intervals of a second, but neither too few nor too many."""
    return min(max(int(seconds), LEAST_POINTS), MOST_POINTS)


def pieces(slots):
    """A pool of the module's for so many slots."""
    return -(-max(slots, 1) // PIECE) * PIECE


def sizes(need, subject):
    """Slots: stock's powers of two, the module's multiples of a piece, small ones, too."""
    least, today = SEGMENT * subject.areas, subject.slots
    power = max(power_of_two(need), SMALLEST, least)
    found = {size for size in (power * 2 ** k // 8 for k in range(7))}
    whole = pieces(need)
    found.update(whole + k * PIECE for k in (-2, -1, 0, 1, 2, 3))
    found.update((pieces(whole // 2), 2 * whole, 4 * whole))
    found = {size for size in found if SMALLEST <= size <= LARGEST}
    if today and SEGMENT <= today <= LARGEST:
        found.update((today, pieces(today)))
    return sorted(found)
