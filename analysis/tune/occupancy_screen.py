# SPDX-License-Identifier: GPL-2.0-only
"""What is known of days, as text: beside a recording's advice, or by itself."""
from peaks import duration
from screen import level_lines, plural, size


def summary(found):
    """One line: the peak of the whole time."""
    cut = "; its last line is CUT OFF" if found["cut"] else ""
    lost = f"; {plural(found['lost'], 'map')} were NOT COUNTED" if found["lost"] else ""
    return (f"Watched for {duration(found['seconds'])}, {plural(found['intervals'], 'interval')}: "
            f"at most {found['peak']['slots']} slots in use, exact{cut}{lost}.")


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
                  f"  stock   {found['parameter']:<24} {size(found['memory_bytes'])} below 4 GiB",
                  f"  module  pool_mb={found['pool_mb']}", ""]
        lines += level_lines(found["levels"])
        lines.append("Not known so: whether free slots lie side by side, and what each remedy "
                     "would save: 'xswbounce record' tells.")
    return "\n".join(lines) + "\n"
