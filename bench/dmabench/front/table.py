# SPDX-License-Identifier: GPL-2.0-only
"""The table of a run."""


def _count(value):
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 else f"{round(value, 1):g}"


def _percent(value):
    return "-" if value is None else f"{int(value * 1000 + 1e-9) / 10:g}%"


def _ratio(value):
    return "-" if value is None else f"{round(value, 3):g}"


def _size(size):
    return f"{size // 1024}K" if size % 1024 == 0 else f"{size}B"


def _around(side):
    middle = _count(side["median"]) + ("!" if side.get("astray") else "")
    if side["interval"]:
        return f"{middle} ({_count(side['interval']['low'])}..{_count(side['interval']['high'])})"
    if side["rounds"] > 1 and side["least"] is not None:
        return f"{middle} [{_count(side['least'])}..{_count(side['greatest'])}]"
    return middle


def _name(row):
    """The test, named by the way that its maps were counted to go."""
    went = {row[side]["route"] for side in ("stock", "module") if side in row}
    way = went.pop() if len(went) == 1 else "mixed" if went else None
    words = ["cold"] if row["walk"] else []
    if way in ("direct", "translated", "mixed"):
        words.append(way)
    if way != "direct" or row["test"] != "pair":
        words.append(row["test"])
    return " ".join(words)


def _full(row):
    layout = row["layout"]
    return f"{row['percent']}%" + (f" {layout['mix']} {layout['seed']}" if layout else "")


def _side(side, second):
    """The second operation of a test shares the maps of the first: they are told once."""
    if side is None:
        return ["-"] * 6
    told = [_around(side), _count(side["mean"]), _count(side["p99"]), _count(side["net"])]
    return told + (["", ""] if second else [_percent(side["share"]), _count(side["fail_median"])])


def _align(lines):
    """Rows of cells under each other; lines that are text pass as they are."""
    widths = {}
    for cells in lines:
        if not isinstance(cells, str):
            for at, cell in enumerate(cells):
                widths[at] = max(widths.get(at, 0), len(cell))
    for cells in lines:
        if isinstance(cells, str):
            yield cells
        else:
            yield "  ".join(cell.ljust(widths[at]) if at <= 1 else cell.rjust(widths[at])
                            for at, cell in enumerate(cells)).rstrip()


def _rounds(record):
    n = record["rounds_each"]
    if n < 2:
        return []
    if n < 6:
        return [f"median of {n} rounds [least..greatest]: a range, fewer than six rounds have no "
                "interval"]
    sides = [row.get("stock") or row["module"] for row in record["summary"]]
    coverage = max((side["interval"]["coverage"] for side in sides if side["interval"]), default=0)
    return [f"median of {n} rounds (its interval at {round(coverage * 100):g}%)"]


def _heading(record):
    machine = record["machine"]
    emulated = machine["emulated"]
    note = "" if not emulated else " (emulated: no price)" if record["unit"] == "instructions" \
        else " (emulated: these times are no machine's, and no ratio is told)"
    yield f"dmabench on {machine['cpu']}: {record['unit']} an operation{note}"
    model = machine.get("emulator") or machine.get("model") or "no model"
    yield (f"memcpy {machine['memcpy']}, memset {machine['memset']}; "
           f"erms {_word(machine['erms'])}, fsrm {_word(machine['fsrm'])}; {model}")
    yield ("net: less one copy of the size (two where data comes back; one clearing for coherent), "
           "where all maps were bounced; share: maps served; full: slots asked for by held maps, "
           "of which mix and seed")
    if record["noise"]:
        yield (f"A/A: memcpy and memset, which are the same on both backends, differ by "
               f"{_ratio(record['noise']['min'])} to {_ratio(record['noise']['max'])} between them")
    yield from _rounds(record)
    astray = [str(one["position"]) for one in record["blocks"] if one["astray"]]
    if astray:
        yield (f"!: measured at another pace: the memcpy before {len(astray)} of "
               f"{len(record['blocks'])} blocks is more than 10 % off the median of all (positions "
               f"{', '.join(astray)}): measure again")
    if record["left_out"]:
        yield f"left out: {'; '.join(record['left_out'])}"


def _word(value):
    return {True: "true", False: "false"}.get(value, str(value))


def _paths(record):
    if record["paths"]:
        yield ""
        yield (f"path of a bounced map and unmap, and a KiB copied ({record['unit']}): a line "
               "through the sizes")
    for row in record["paths"]:
        layout = row["layout"]
        full = f"{row['percent']}%" + (f" {layout['mix']} {layout['seed']}" if layout else "")
        yield (f"  {row['backend']}, {row['dir']}, {full}: {_count(row['path']['median'])} and "
               f"{_count(row['per_kib']['median'])}")


def _goals(record):
    goals = record.get("goals")
    if goals is None:
        return
    yield ""
    reached = sum(bool(goal["reached"]) for goal in goals)
    yield f"goals ({reached} of {len(goals)} reached; a missing figure is no success)"
    for goal in goals:
        word = {True: "ok     ", False: "NOT    ", None: "missing"}[goal["reached"]]
        figure = "-" if goal["figure"] is None else f"{round(goal['figure'], 4):g}"
        yield f"  {word} {goal['goal']}, {goal['what']}: {figure} (limit {goal['limit']})"


def table(record):
    """The lines of the table."""
    backends = list(record["device"])
    both = len(backends) > 1
    heading = ["test", "op", "size", "dir", "thr", "full"]
    for backend in backends:
        heading += [f"{backend} median", "mean", "p99", "net", "share", "fail"]
    rows = [heading + (["ratio"] if both else [])]
    for row in record["summary"]:
        second = row["op"] in ("unmap", "alloc", "for-device")
        cells = [_name(row), row["op"], _size(row["size"]), row["dir"], str(row["threads"]),
                 _full(row)]
        for backend in backends:
            cells += _side(row.get(backend), second)
        rows.append(cells + ([_ratio(row["ratio"])] if both else []))
    return list(_align(list(_heading(record)) + rows + list(_paths(record))
                       + list(_goals(record))))
