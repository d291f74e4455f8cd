# SPDX-License-Identifier: GPL-2.0-only
"""Which pool is judged, what it is today, and the sizes that are tried."""
from typing import NamedTuple, Optional

from kernel import SLOT, default_areas, power_of_two

PIECE = 1024  # slots of a segment of the module's pool
LARGEST = 1 << 20
SMALLEST = 256
LEAST_POINTS, MOST_POINTS = 60, 600


class Subject(NamedTuple):
    """The pool that the advice is for."""
    pool: str  # stock or module
    slots: Optional[int]  # today; None: the recording does not tell
    areas: int  # of stock's
    cpus: int
    kernel: str
    other_peak: int  # of the pool that is not judged


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
    cpus = recording["cpus"] or 1
    kernel = recording["kernel"] or ""
    today = recording["pool_slots"]
    if pool == "module":
        today = (recording["module_bytes"] or 0) // SLOT or None
    other = "module" if pool == "stock" else "stock"
    return Subject(pool, today, recording["areas"] or default_areas(kernel, cpus), cpus, kernel,
                   need[other][1])


def points(seconds):
    """Intervals of a second, but neither too few nor too many."""
    return min(max(int(seconds), LEAST_POINTS), MOST_POINTS)


def pieces(slots):
    """A pool of the module's for so many slots."""
    return -(-max(slots, 1) // PIECE) * PIECE


def sizes(need, today):
    """Slots: stock's powers of two, the module's multiples of a piece, small ones, too."""
    power = max(power_of_two(need), SMALLEST)
    found = {size for size in (power * 2 ** k // 8 for k in range(7))}
    whole = pieces(need)
    found.update(whole + k * PIECE for k in (-2, -1, 0, 1, 2, 3))
    found.update((pieces(whole // 2), 2 * whole, 4 * whole))
    if today:
        found.update((today, pieces(today)))
    return sorted(size for size in found if SMALLEST <= size <= LARGEST)
