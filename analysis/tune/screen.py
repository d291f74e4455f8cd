# SPDX-License-Identifier: GPL-2.0-only
"""The advice as one screen of text, from its document."""
from kernel import SLOT

REMEDIES = 3  # that are shown: one screen

def size(count):
    """Bytes, to three digits."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            whole = count >= 100 or count == int(count)
            return f"{count:.0f} {unit}" if whole else f"{count:.1f} {unit}"
        count /= 1024
    return ""


def short(count):
    """A number of instructions or mappings."""
    for unit, name in ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e4, " k")):
        if abs(count) >= unit:
            return f"{count / (unit if name != ' k' else 1e3):.3g}{name}"
    return f"{count:.0f}"


def plural(count, noun):
    return f"{count} {noun}{'' if count == 1 else 's'}"


def reasons(by_reason):
    return ", ".join(f"{count} {name}" for name, count in by_reason.items() if count)


def recording_line(r):
    words = [f"Recording: {r['seconds']:.1f} s", f"{r['events']} events", r["machine"] or "",
             f"kernel {r['kernel']}" if r["kernel"] else "", f"Xen {r['xen']}" if r["xen"] else ""]
    if r["one_device"]:
        words.append("ONE DEVICE ALONE (record -d): what others need of the pool is not in it")
    if r["state"] == "cut":
        words.append("CUT OFF: all before was replayed")
    if r["gaps"] and not r["across_gaps"]:
        words.append(f"{r['lost']} events LOST: judged by the first {r['first_gap_seconds']:.1f} s")
    elif r["gaps"]:
        words.append(f"{r['lost']} events LOST, gone on across: mappings may be counted that had "
                     f"ended")
    return "; ".join(word for word in words if word) + "."


def today_lines(d):
    today, peak = d["today"], d["peak"]
    what = "Pool of xen_swiotlb" if today["pool"] == "module" else "Stock pool"
    if today["slots"]:
        areas = "" if today["pool"] == "module" else f", {plural(today['areas'], 'area')}" \
            if today["areas_known"] else f", areas not recorded ({today['areas']} taken)"
        line = (f"{what}: {today['slots']} slots ({size(today['slots'] * SLOT)}){areas}; at most "
                f"{peak['slots']} in use ({100 * peak['slots'] / today['slots']:.0f} %, "
                f"at {peak['seconds']:.3f} s).")
    else:
        line = (f"{what}, of unknown size: at most {peak['slots']} slots in use "
                f"(at {peak['seconds']:.3f} s).")
    yield line
    held = "; ".join(f"{one['driver'] or '?'} {one['device']} {one['slots']}" if one["device"]
                     else f"from before the recording {one['slots']}"
                     for one in d["held_at_peak"][:5])
    if held:
        yield f"Held then, slots: {held}."
    if d["failed_in_recording"]:
        replayed = today["replayed"]
        why = f", replayed: {reasons(replayed['failures_by_reason'])}" \
            if replayed and replayed["failures"] else ""
        yield (f"Failed while recorded: {plural(d['failed_in_recording'], 'mapping')}{why}; had "
               f"they been served, at most {d['peak_with_failed']['slots']} slots.")
    if d["other_pool_peak_slots"]:
        other = "stock" if today["pool"] == "module" else "xen_swiotlb"
        yield (f"The pool of {other} held {d['other_pool_peak_slots']} slots at most: "
               "not judged here.")


def size_lines(d):
    sizes = d["sizes"]
    stock, module = sizes["stock"], sizes["module"]
    yield f"Smallest that serves this load, with {100 * sizes['margin']:.0f} % to spare:"
    if stock["parameter"]:
        yield (f"  stock   {stock['parameter']:<24} {size(stock['memory_bytes'])} below 4 GiB"
               f"{low(d, 'stock')}{fails(stock)}")
    else:
        yield "  stock   none of the sizes tried"
    if module["pool_mb"]:
        what = f"pool_mb={module['pool_mb']} pool_max_mb={module['pool_max_mb']}"
        yield (f"  module  {what:<24} {size(module['memory_bytes'])} below 4 GiB"
               f"{low(d, 'module')}{fails(module)}")
    else:
        yield "  module  none of the sizes tried"


def scarce_lines(d):
    """What to do where Xen has no such pool to give."""
    free = d["low_memory_free_bytes"]
    if free is not None and any(lacking(d, name) for name in ("stock", "module")):
        yield ("  Xen has too little free below 4 GiB: give dom0 less memory (dom0_mem=), or take "
               "the module, which also uses low frames that the domain owns.")


def fails(entry):
    least = entry["fails"]
    if not least:
        return ""
    if least["failures"]:
        return f"; {least['slots']} slots fail ({reasons(least['failures_by_reason'])})"
    return (f"; {least['slots']} slots fail if its slots lie otherwise "
            f"({least['layouts_failing']} of 4 layouts)")


def given_back(d, name):
    """Bytes of today's pools that such a pool may take: a boot frees both, a resize its own."""
    stock, module = d["recording"]["pool_slots"] or 0, d["recording"]["module_bytes"] or 0
    return module + (stock * SLOT if name == "stock" else 0)


def lacking(d, name):
    """Is more memory wanted below 4 GiB than is free there, or would be?"""
    wanted = d["sizes"][name]["memory_bytes"]
    return bool(wanted) and wanted > d["low_memory_free_bytes"] + given_back(d, name)


def low(d, name):
    free, back = d["low_memory_free_bytes"], given_back(d, name)
    if free is None:
        return ""
    own = f", today's pool {size(back)}" if back else ""
    return f" (Xen has {size(free)} there now{own}{': TOO LITTLE' if lacking(d, name) else ''})"


def remedy_lines(d):
    if not d["remedies"]:
        return
    yield (f"{'Remedy, on this recording':<26}{'failures':>10}{'not copied':>12}"
           f"{'instructions':>14}{'memory':>10}  reboot")
    found = d["remedies"][:-1]
    for one in found[:REMEDIES] + d["remedies"][-1:]:
        name = one["name"]
        failures = "-" if not one["avoided"] and not one["failures"] else f"{one['failures']}"
        yield (f"  {name:<24}{failures:>10}"
               f"{size(one['bytes_not_copied']) if one['bytes_not_copied'] else '-':>12}"
               f"{'-' + short(one['instructions']) if one['instructions'] else '-':>14}"
               f"{'+' + size(one['memory_bytes']) if one['memory_bytes'] else '-':>10}"
               f"  {'-' if one['hardware'] else 'yes' if one['reboot'] else 'no'}")
        if name != "nothing":
            yield f"      {one['what']}"
    if len(found) > REMEDIES:
        yield f"  ... {len(found) - REMEDIES} that save less: --json"


def confidence_lines(d):
    yield f"The peak of {d['recording']['seconds']:.0f} s is a sample of this load, not its limit."
    if d["failed_in_recording"]:
        yield ("Mappings failed meanwhile, and their drivers asked for less: confirm the size by a "
               "recording in a pool of it.")
    yield from level_lines(d["levels"])


def level_lines(levels):
    """How large a pool would be exceeded how seldom."""
    untold = {}
    for one in levels:
        when = "once a day" if one["seconds"] < 2 * 86400 else "once a month"
        if one["slots"] is None:
            untold.setdefault(one["why_not"], []).append(when)
        else:
            yield f"  exceeded {when}: {one['slots']} slots ({one['low']} to {one['high']}, 90 %)"
    for why, times in untold.items():
        yield f"  exceeded {' or '.join(times)}: can't be told, {why}"


def growth_lines(d):
    growth = d["growth"]
    if not growth:
        return
    yield (f"{growth['scale']} times this load (begun together, and {growth['shifts'] - 1} times apart): "
           f"{growth['peak_low']} to {growth['peak_high']} slots; {growth['parameter'] or 'no stock size tried'}, "
           f"{'pool_mb=%d' % growth['pool_mb'] if growth['pool_mb'] else 'no module size tried'}.")
    if growth["deeper_peak_high"] != growth["peak_high"]:
        yield (f"  on the devices of today, whose rings are there already: "
               f"{growth['deeper_peak_low']} to {growth['deeper_peak_high']} slots.")


def text(d):
    """All of it."""
    lines = [d["verdict"], "", recording_line(d["recording"])]
    if d["bounces"] or d["failed_in_recording"]:
        lines += list(today_lines(d)) + [""] + list(size_lines(d)) + list(scarce_lines(d)) + [""]
        remedies = list(remedy_lines(d))
        lines += remedies + list(growth_lines(d))
        lines += [] if d["occupancy"] else list(confidence_lines(d))
    return "\n".join(lines) + "\n"


