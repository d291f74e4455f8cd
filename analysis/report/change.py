# SPDX-License-Identifier: GPL-2.0-only
"""What differs between a base and other runs, a column each."""
import math

from document import Document
from quantities import NONE, count, number, path, percent, ratio, series

import cells
import estimates
import summary as summary_file

# How far memory may be apart on one machine: a kernel takes more or less of it for itself.
MEMORY_WITHIN = .02
EQUAL = "="
# In the place of a ratio: those rounds that did not fail are a choice.
UNRELIABLE = f"{NONE}, {estimates.UNRELIABLE}"


class Run:
    """A run with its summary; by name: environments of both."""

    def __init__(self, read):
        self.name = read[0]
        self.summary = summary_file.summarize(read)
        self.told = {env["name"]: env for env in self.summary["environments"]}
        self.read = {env["name"]: env for env in read[2] if env["name"] in self.told}
        self.unreliable = {(env["name"], one["device"], one["load"]) for env in self.told.values()
                           for one in env["failures"] if one["unreliable"]}

    def record(self, name):
        return (self.read.get(name) or {}).get("loads")


def _why_not(base, run, name):
    """Why the times of an environment are not compared; None if they are."""
    a, b = base.record(name), run.record(name)
    if not a or not b:
        return "not in both"
    if a["emulated"] or b["emulated"]:
        return "emulated" if a["emulated"] == b["emulated"] else \
            "one machine is emulated and the other is not"
    hosts = [(one.summary["bench"] or {}).get("host_id") for one in (base, run)]
    other = _unlike(a["machine"], b["machine"], all(hosts))
    if all(hosts) and hosts[0] != hosts[1]:
        other.insert(0, "host_id")
    return f"two machines (their {', '.join(other)} differ)" if other else None


def _unlike(a, b, named):
    """What tells two machines apart; named: their host_ids do, and one host may be given fewer CPUs
    and less memory, which stands under what else differs."""
    keys = ("cpu",) if named else ("cpu", "cpus")
    other = [key for key in keys if a.get(key) != b.get(key)]
    memory = [one.get("memory_bytes") or 0 for one in (a, b)]
    if not named and abs(memory[0] - memory[1]) > MEMORY_WITHIN * max(memory):
        other.append("memory_bytes")
    return other


def _named(cell):
    return tuple(getattr(cell, name) for name in summary_file.NAMES)


def shift(before, after, key):
    """(Estimate, whether the sides are far apart) of one figure of two cells; None without one."""
    boots = [cells.boots_of(cell, key) for cell in (before, after)]
    if not all(boots):
        return None
    return estimates.between(*([sum(logs) / len(logs) for logs in side] for side in boots)), \
        estimates.far_apart(*boots)


def word(figure, found, far, p):
    """What the shift of a primary figure is, in words."""
    better = "better" if (found.log > 0) == (figure.better > 0) else "worse"
    if found.interval is None:
        return f", far apart: {better}" if far else ""
    verdict = estimates.verdict(found, 0, p)
    return f", {better if verdict == estimates.DIFFERS else verdict}"


def _told(found):
    low, high = found.interval or (None, None)
    if low is None:
        return f"{ratio({'ratio': math.exp(found.log), 'low': None})}, no interval"
    return ratio({"ratio": math.exp(found.log), "low": math.exp(low), "high": math.exp(high)})


def _same_cell(cell, record, other):
    """The cell of another run's record that has the same load of the same medium; None without it."""
    called = other and cells.name_in(other, cell.device, record)
    return called and next((one for one in cells.cells_of(other, "timed")
                            if _named(one) == _named(cell._replace(device=called))), None)


def times(base, runs):
    """(rows of the figures that are compared, how many of them differ, how many are far apart
    without an interval)."""
    rows, found, primaries = [], [], []
    for name in base.read:
        before = cells.cells_of(base.record(name), "timed") if base.record(name) else []
        for cell in before:
            same = [_same_cell(cell, base.record(name), run.record(name)) for run in runs]
            for key in cells.compared(cell):
                if key in cells.TAILS or not cell.values(key):
                    continue
                line = []
                for run, after in zip(runs, same):
                    found_one = shift(cell, after, key) \
                        if after and not _why_not(base, run, name) else None
                    if found_one and (name, cell.device, cell.load) in \
                            base.unreliable | run.unreliable:
                        found_one = UNRELIABLE
                    line.append(found_one)
                    if found_one and found_one != UNRELIABLE and key == cells.primary(cell):
                        primaries.append(found_one)
                if any(line):
                    found.append((name, cell, key, line))
    adjusted = {id(one): p for one, p in zip(primaries, estimates.holm(
        [one[0].p for one in primaries]))}
    changed = far = 0
    for name, cell, key, line in found:
        figure = cells.FIGURES[key]
        middle = estimates.spread([value for _, value in cell.values(key)]).median
        texts = []
        for one in line:
            said = word(figure, *one, adjusted[id(one)]) if one and id(one) in adjusted else ""
            judged = "better" in said or "worse" in said
            changed += judged and one[0].interval is not None
            far += judged and one[0].interval is None
            texts.append(UNRELIABLE if one == UNRELIABLE else _told(one[0]) + said if one else NONE)
        rows.append([name, cell.device, cell.load, series(dict(zip(summary_file.NAMES,
                                                                   _named(cell)))),
                     f"{figure.label}, {figure.unit}", number(middle * figure.scale)] + texts)
    return rows, changed, far


def to_stock(base, runs):
    """Rows of the ratios to stock: each of its own boot."""
    rows = []
    for name, env in base.told.items():
        for pair in env["pairs"]:
            if not pair["primary"]:
                continue
            line = []
            for run in runs:
                other = next((one for one in run.told.get(name, {"pairs": []})["pairs"] if all(
                    one[k] == pair[k] for k in summary_file.NAMES + ("figure",))), None)
                line.append(f"{ratio(other)}, {other['verdict']}" if other else NONE)
            rows.append([name, pair["device"], pair["load"], series(pair), pair["label"],
                         f"{ratio(pair)}, {pair['verdict']}"] + line)
    return rows


PATH = ("backend", "kind", "size", "dir", "cache")


def _path_of(env, one, unit):
    """The same path in another run's environment; None without it."""
    dma = (env or {}).get("dma")
    if not dma or dma["unit"] != unit:
        return None
    return next((path for path in dma["paths"] if all(path[key] == one[key] for key in PATH)), None)


def _path_head(name, one):
    return [name, one["backend"], one["kind"], f"{one['size']} B",
            one["dir"] + (", cold" if one["cache"] == "cold" else ""), path(one)]


def _medians(one):
    """What of a path is equal or not: its medians, not what an interrupt added to single maps."""
    return [(fill["percent"], layout["mix"], layout["seed"], layout["path"], layout["served"])
            for fill in one["fills"] for layout in fill["layouts"]]


def paths(base, runs):
    """(rows of the paths by instructions that are not equal in all runs, how many are equal)."""
    rows, equal = [], 0
    for name, env in base.told.items():
        dma = env["dma"] or {}
        for one in dma["paths"] if dma.get("unit") == "instructions" else ():
            others = [_path_of(run.told.get(name), one, "instructions") for run in runs]
            if all(other and _medians(other) == _medians(one) for other in others):
                equal += 1
            elif any(others):
                rows.append(_path_head(name, one) + [
                    NONE if not other else EQUAL if _medians(other) == _medians(one) else path(other)
                    for other in others])
    return rows, equal


def _by_layout(one):
    return {(fill["percent"], layout["mix"], layout["seed"], nth): layout["path"]
            for fill in one["fills"] for nth, layout in enumerate(fill["layouts"])
            if layout["path"]}


def _times_path(one, other):
    """The ratio of a path's times to the base's, over its fills and layouts."""
    before, after = _by_layout(one), _by_layout(other) if other else {}
    found = [after[key] / before[key] for key in before if key in after]
    if not found:
        return NONE
    low, high = (number(end(found), 2) for end in (min, max))
    return f"\u00d7{low}" if low == high else f"\u00d7{low}\u2013{high}"


def timed_paths(base, runs):
    """Rows of the paths by a clock of time: a ratio, for times are never equal."""
    rows = []
    for name, env in base.told.items():
        dma = env["dma"] or {}
        for one in dma["paths"] if dma.get("unit") == "ns" else ():
            texts = [_times_path(one, None if _why_not(base, run, name) else
                                 _path_of(run.told.get(name), one, "ns")) for run in runs]
            if any(text != NONE for text in texts):
                rows.append(_path_head(name, one) + texts)
    return rows


COUNTS = ("bounces", "fails", "exchanges")


def _counted(cell, key):
    """A count a counting round, of which runs may have unlike numbers; None where nothing counted it."""
    return None if cell[key] is None else cell[key] / len(cell["rounds"])


def _counts_of(cell):
    """{count: (value, as text)} of a cell."""
    told = {key: _counted(cell, key) for key in COUNTS}
    out = {f"{key} a round": (value, number(value, 4) if value and value % 1 else count(value))
           for key, value in told.items()}
    return dict(out, share=(cell["share"], percent(cell["share"])))


def counts(base, runs):
    """Rows of the counts that differ between the base and any run."""
    rows = []
    for name, env in base.told.items():
        for cell in env["counted"]:
            others = [next((one for one in run.told.get(name, {"counted": []})["counted"] if all(
                one[k] == cell[k] for k in summary_file.NAMES)), None) for run in runs]
            told = [_counts_of(other) if other else None for other in others]
            for key, (value, text) in _counts_of(cell).items():
                if any(other and other[key][0] != value for other in told):
                    rows.append([name, cell["device"], cell["load"], series(cell), key, text]
                                + [other[key][1] if other else NONE for other in told])
    return rows


def differences(base, runs):
    """Rows of what was recorded of machines and versions and is not the same."""
    rows = []
    for name in base.told:
        records = [one.record(name) for one in [base] + runs]
        for part in ("machine", "versions"):
            keys = dict.fromkeys(key for record in records if record for key in record[part])
            for key in keys:
                values = [str(record[part].get(key, NONE)) if record else NONE
                          for record in records]
                if key not in ("missing", "boot_id", "uptime_s", "load_average") and \
                        len({v for v, record in zip(values, records) if record}) > 1:
                    rows.append([name, f"{part}.{key}"] + values)
    return rows


def _other_media(base, run):
    """(environment, device, both serial numbers) of what is another medium in the other run."""
    for name in base.read:
        records = base.record(name), run.record(name)
        for device in records[0]["devices"] if all(records) else ():
            target = device.get("target", device["id"])
            serials = cells.another_medium(target, *records)
            if serials:
                yield name, target, serials


def _notes(base, runs):
    """What can't be compared, and why; what of each run is wrong."""
    items = []
    for run in runs:
        for one, other in ((base, run), (run, base)):
            only = [name for name in one.told if name not in other.told]
            if only:
                items.append(f"Only in {one.name}: {', '.join(only)}")
        why = {}
        for name in base.read:
            if base.record(name) and run.record(name) and _why_not(base, run, name):
                why.setdefault(_why_not(base, run, name), []).append(name)
        items += [f"{run.name}: times are not compared in {', '.join(names)}: {reason}"
                  for reason, names in why.items()]
        items += [f"{run.name}: {name}: {one} is another disk (serial number {serials[1]}) than in "
                  f"{base.name} ({serials[0]})" for name, one, serials in _other_media(base, run)]
    for one in [base] + runs:
        items += [f"{one.name}: {problem['where']}: {problem['what']}"
                  for problem in one.summary["problems"]]
    return items


def _section(document, title, head, rows, nothing):
    document.add("heading", 1, title)
    document.add("table", head, rows)
    if not rows:
        document.add("paragraph", nothing)


def document(runs):
    """The comparison of some Runs, the base first."""
    base, *runs = runs
    out = Document(f"From {base.name} to {', '.join(run.name for run in runs)}")
    columns = [f">{base.name}"] + [f">{run.name}" for run in runs]
    where = ["Environment", "Device", "Load", "Backend"]
    timed, changed, far = times(base, runs)
    routes, equal = paths(base, runs)
    counted = counts(base, runs)
    out.add("paragraph", f"Throughputs that changed: {changed}"
                         f"{f' (far apart, without an interval: {far})' if far else ''}. Paths that are not equal: "
                         f"{len(routes)} (equal: {equal}). Counts that differ: {len(counted)}.")
    out.add("items", _notes(base, runs))
    _section(out, "Instructions of the path", ["Environment", "Backend", "Route", ">Size",
                                               "Direction"] + columns, routes,
             f"All {equal} that both have are equal." if equal else "None that both have.")
    by_time = timed_paths(base, runs)
    if by_time:
        _section(out, "Time of the path", ["Environment", "Backend", "Route", ">Size", "Direction"]
                 + columns, by_time, "")
        out.add("paragraph", "In ns; then ratios to it, from the least to the greatest of the fills "
                             "and layouts. One boot each: they have no interval.")
    _section(out, "Counts that differ", where + ["Count"] + columns, counted, "None.")
    _section(out, "Ratio to stock, within a boot", where + ["Figure"] + columns,
             to_stock(base, runs), "None was measured.")
    _section(out, "Times", where + ["Figure"] + columns, timed, "None that may be compared.")
    if timed:
        out.add("paragraph", "The base's median, then ratios to it of boot means. From "
                             f"{estimates.LEAST_BOOTS} boots a side on they have an interval; one "
                             "figure a load is judged, adjusted for their number (Holm). Fewer "
                             "boots carry no verdict, however many rounds they have: far apart is "
                             "said where all rounds are, and the ratio is beyond twofold and beyond "
                             f"{estimates.FAR} times what rounds scatter ("
                             f"{estimates.FAR_OF_TWO} times, of two rounds). A load of which over "
                             f"{percent(estimates.MOST_FAILED)} of the rounds failed on a backend is "
                             f"{estimates.UNRELIABLE}: no ratio, no verdict.")
    _section(out, "What else differs", ["Environment", "What"] + columns, differences(base, runs),
             "Nothing that was recorded.")
    return out
