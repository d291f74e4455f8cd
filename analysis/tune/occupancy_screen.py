# SPDX-License-Identifier: GPL-2.0-only
"""What is known of days, as text: beside a recording's advice, or by itself."""
from peaks import duration
from screen import level_lines, plural, size

NO_SIZE = "no pool holds that: 2 GiB is the most"


def summary(found):
    """One line: the peak of the whole time."""
    cut = "; its last line is CUT OFF" if found["cut"] else ""
    lost = f"; {plural(found['lost'], 'map')} were NOT COUNTED" if found["lost"] else ""
    return (f"Watched for {duration(found['seconds'])}, {plural(found['intervals'], 'interval')}: "
            f"at most {found['peak']['slots']} slots in use, exact"
            f"{failures(found['failed'])}{cut}{lost}.")


def failures(failed):
    return f"; {plural(failed, 'mapping')} FAILED" if failed else ""


def other(found):
    """A line on the pool that is not judged, if there is something to say of it."""
    if found["other_pool_peak_slots"] or found["other_pool_failed"]:
        name = "stock" if found["pool"] == "module" else "xen_swiotlb"
        yield (f"The pool of {name} held {found['other_pool_peak_slots']} slots at most"
               f"{failures(found['other_pool_failed'])}: not judged here.")


def verdict(found):
    if found["failed"]:
        return (f"{plural(found['failed'], 'mapping')} failed: too small, or too broken up; record "
                f"that load to know which.")
    if not found["peak"]["slots"]:
        return "Nothing was in use: any pool does."
    if found["slots"] and found["slots"] < found["need_slots"]:
        return "Nothing failed, but the pool has less room to spare than is asked for."
    return "The pool suffices: nothing failed, and there is room to spare."


def text(found):
    """All of it, for an advice by this alone."""
    lines = [verdict(found), "", summary(found)]
    lines += other(found)
    if found["peak"]["slots"]:
        if found["slots"]:
            share = 100 * found["peak"]["slots"] / found["slots"]
            lines.append(f"Pool of {'xen_swiotlb' if found['pool'] == 'module' else 'stock'}: "
                         f"{found['slots']} slots; {share:.0f} % at the peak, "
                         f"{duration(found['peak']['seconds'])} after the start.")
        held = "; ".join(f"{one['driver']} {one['device']} {one['slots']}"
                         for one in found["held_most"][:5])
        if held:
            lines.append(f"Held at most, each at its own time, slots: {held}.")
        lines += ["",
                  f"For {found['need_slots']} slots, the peak with "
                  f"{100 * found['margin']:.0f} % to spare or what is exceeded once a month:",
                  "  stock   " + (f"{found['parameter']:<24} {size(found['memory_bytes'])} below "
                                  f"4 GiB" if found["parameter"] else NO_SIZE),
                  "  module  " + (f"pool_mb={found['pool_mb']}" if found["pool_mb"] else NO_SIZE),
                  ""]
        lines += level_lines(found["levels"])
        lines.append("Not known so: whether free slots lie side by side, and what each remedy "
                     "would save: 'xswbounce record' tells.")
    return "\n".join(lines) + "\n"
