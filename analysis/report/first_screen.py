# SPDX-License-Identifier: GPL-2.0-only
"""The first screen: what, where and when; the answer; what is missing; pictures; one table."""
import textwrap

import answer
import pictures as draw
import problems
import where
from document import Link, Soft, Strong
from quantities import NONE, noise, number, path, percent, ratio, span
from series import devices_of, variants_of

import estimates

EXACT = "exact"
# Columns that a window of 1300 pixels holds.
MOST = 7
# Environments whose columns come first where there are more.
FIRST = ("native", "native-iommu-lazy", "native-iommu-strict", "xen-dom0", "xen-domu")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def _records(summary):
    return [env["record"] for env in summary["environments"] if env["record"]]


def _date(text):
    """2026-11-28T... in words."""
    try:
        year, month, day = text[:10].split("-")
        return f"{int(day)} {MONTHS[int(month) - 1]} {year}"
    except (ValueError, IndexError):
        return text


def _one(values):
    """What several boots have, each once."""
    return ", ".join(dict.fromkeys(str(value) for value in values if value))


def _set_words(records, bench):
    """The set that was asked for; some environments have the loads of a smaller one in it."""
    sets = bench.get("set") or _one(r.get("set") for r in records)
    rounds = _one(r.get("timed_rounds") for r in records)
    return f"{sets} set, {rounds} rounds" if sets and rounds else sets and f"{sets} set"


def heads(summary):
    """(title, the line under it)."""
    records = _records(summary)
    bench = summary["bench"] or {}
    host = bench.get("host") or summary["run"].partition("-")[2] or summary["run"]
    started = bench.get("started") or next((r["started"] for r in records), "")
    versions = [r["versions"] for r in records]
    kernel, xen = (_one(v.get(name) for v in versions) for name in ("kernel", "xen"))
    words = [f"DMA on {host}", _date(started), kernel and f"Linux {kernel}",
             f"Xen {xen.replace('xen ', '')}" if xen else None, _set_words(records, bench),
             "emulated machine" if summary["emulated"] else None]
    devices = list(dict.fromkeys(where.device_words(target, device)
                                 for target, device, _ in variants_of(summary)))
    suite = _one(v.get("suite") for v in versions)
    under = " \u00b7 ".join(devices + ([f"suite {suite}"] if suite else []) + [summary["run"]])
    return " \u00b7 ".join(word for word in words if word), under


def anchor(*parts):
    """The name of a place in the appendix: of a device, or an environment, a device and a load."""
    return "-".join(("from",) + parts)


def _head(words, *parts):
    """What a row is, and the one link to all that its numbers come from."""
    return [words + " ", Link("\u2071", "#" + anchor(*parts))]


def _share_row(target, devices, series):
    bits = " or ".join(dict.fromkeys(str(one["dma_mask_bits"]) for one in devices
                                     if one.get("dma_mask_bits")))
    cells = []
    for one in series:
        found = one.share(target)
        cells.append(percent(found["share"]) if found else NONE)
    return [_head(f"bounced, {target}{f' ({bits}-bit)' if bits else ''}", target)] + cells


def _path_row(series, kinds, size, words):
    cells = []
    for one in series:
        found = next(filter(None, (one.path(kind, size) for kind in kinds)), None)
        text = path(found)
        if found and found["kind"] == "translated" and one.env["emulated"]:
            text += draw.invalidations(one, size)
        cells.append(text)
    return [_head(words, "dmabench")] + cells


def _last_row(series):
    cells = []
    for one in series:
        fails = [share["fails"] for share in one.env["shares"]
                 if share["backend"] == one.backend and share["fails"] is not None]
        checks = [check for check in one.env["checks"] if check["backend"] == one.backend]
        passed = sum(check["passed"] for check in checks)
        cells.append(f"{sum(fails) if fails else NONE} \u00b7 "
                     + (f"{passed}/{len(checks)}" if checks else NONE))
    return ["failed maps \u00b7 data checks"] + cells


def ratio_cell(pair):
    """A ratio to stock; grey where a backend strays as far from itself."""
    if pair["unreliable"]:
        return estimates.UNRELIABLE
    return Soft(ratio(pair) + " within noise") if pair["within_noise"] else ratio(pair)


def _of_native(one):
    """A ratio to native, for which there is no A/A."""
    few = "" if one["low"] is not None else ", no interval"
    return f"{ratio(one)} of native{few}"


def _time_row(summary, series, device, load, key, words):
    """A row of a figure of time: its median; of the module the ratio to stock."""
    cells, noises = [], []
    for one in series:
        same = {"device": device, "load": load, "backend": one.backend, "force": False}
        pair = next((p for p in one.env["pairs"] if p["figure"] == key
                     and all(p[k] == v for k, v in same.items())), None)
        cell = next((c for c in one.env["timed"] if all(c[k] == v for k, v in same.items())), None)
        figure = cell and cell["figures"][key]
        if pair:
            cells.append(ratio_cell(pair))
            noises.append(noise(pair["noise"]))
        elif figure and figure["median"] is not None:
            text = f"{number(figure['median'] * figure['scale'], 3)} {figure['unit']}"
            native = next((a for a in summary["against_native"] if a["figure"] == key and
                           not a["unreliable"] and
                           a["environment"] == one.env["name"] and
                           all(a[k] == v for k, v in same.items())), None)
            cells.append(text + (f" {_of_native(native)}" if native else ""))
        else:
            cells.append(NONE)
    return [_head(words, device)] + cells + [" ".join(noises) or NONE]


def _main_load(summary):
    """The load that the first screen tells: measured in most environments, a small read first."""
    found = {}
    for env in summary["environments"]:
        for cell in env["timed"]:
            found.setdefault((cell["device"], cell["load"]), set()).add(env["name"])
    return max(found, key=lambda key: (len(found[key]), "randread-4k-qd1" in key),
               default=None)


def rows_of(summary, series):
    """(the columns' heads, at most seven rows)."""
    devices = devices_of(summary)
    alike = {target: [device for other, device, _ in variants_of(summary) if other == target]
             for target in devices}
    unit = next((one.unit for one in series), "")
    unit = "instr." if unit == "instructions" else unit
    head = [""] + [">" + one.label for one in series]
    paths = [_path_row(series, ("direct", "translated"), 4096, f"{unit}, 4 KiB, no bounce"),
             _path_row(series, ("bounced",), 4096, f"{unit}, 4 KiB bounced, medians")]
    main = _main_load(summary)
    if summary["emulated"] or not main:
        shares = [_share_row(target, alike[target], series) for target in devices][:3]
        paths.append(_path_row(series, ("bounced",), 65536, f"{unit}, 64 KiB bounced, medians"))
        rows = shares + paths + [_last_row(series)]
    else:
        device, load = main
        key = next(k for env in summary["environments"] for cell in env["timed"]
                   if (cell["device"], cell["load"]) == main
                   for k, figure in cell["figures"].items() if figure["primary"])
        rows = [_time_row(summary, series, device, load, figure, f"{words}, {device} {load}")
                for figure, words in ((key, "throughput"), ("lat_p99_ns", "p99"),
                                      ("cpu_s_per_gb", "CPU a GB"))]
        worst = max(devices, key=lambda target: max(
            [(one.share(target) or {}).get("share") or 0 for one in series]))
        # bytes and instructions are counted: what differs, differs
        rows.append(_share_row(worst, alike[worst], series) + [EXACT])
        rows += [row + [EXACT if unit == "instr." else NONE] for row in paths]
        rows.append(_last_row(series) + [NONE])
        head.append(">A/A noise")
    return head, [row for row in rows if any(cell not in (NONE, EXACT, NONE + " \u00b7 " + NONE)
                                             for cell in row[1:])]


def _columns(series):
    """The series of the first screen's table, and those of each further one."""
    order = sorted(series, key=lambda one: one.env["name"] not in FIRST)
    first = [one for one in series if one in order[:MOST]]
    rest = [one for one in series if one not in first]
    return first, [rest[nth:nth + MOST] for nth in range(0, len(rest), MOST)]


def write(document, summary, series, pictures):
    """Adds the first screen to a document."""
    document.add("under", heads(summary)[1])
    first, rest = answer.verdict(summary, series)
    document.add("answer", [Strong(" ".join(first)), " " + " ".join(rest)])
    items, bad = problems.problems(summary)
    document.add("problems", bad, items)
    devices = devices_of(summary)
    third = draw.told_apart(pictures, series) if summary["emulated"] else \
        draw.load(pictures, summary, series)
    document.add("pictures", [one for one in (
        draw.bounced(pictures, series, devices), draw.path(pictures, series), third) if one])
    first, others = _columns(series)
    document.add("first", *rows_of(summary, first))
    document.add("items", where.advice(series))
    for some in others:
        document.details("Further environments", lambda part, some=some: part.add(
            "table", *rows_of(summary, some)))


def terminal(summary, series, width=80):
    """The first screen for a terminal, as lines."""
    out = textwrap.wrap(" ".join(sum(answer.verdict(summary, series), [])), width)
    devices = list(devices_of(summary))[:3]
    form = "{:<23}" + "{:>9}" * len(devices) + "{:>13}{:>16}"
    unit = next((one.unit for one in series), "")
    out += ["", form.format("", *(f"{name[:8]}" for name in devices), "no bounce", "bounced")
]
    for one in series:
        shares = [one.share(target) for target in devices]
        direct = one.path("direct") or one.path("translated")
        bounced = one.path("bounced")
        out.append(form.format(
            one.label[:22], *(percent(s["share"]).rstrip(" %") if s else NONE for s in shares),
            *(span(p) if p else NONE for p in (direct, bounced))).rstrip())
    if any(one.paths for one in series):
        out.append(f"(bounced bytes in %; the path of a 4 KiB map and unmap in {unit})")
    out.append("")
    for env in summary["environments"]:
        for pair in env["pairs"]:
            if pair["primary"]:
                out.append(f"{pair['device']} {pair['load']}: module/stock {ratio(pair)} "
                           f"{pair['verdict']}"[:width])
    for item in problems.problems(summary)[0]:
        text = "".join(part if isinstance(part, str) else part.text for part in item)
        out += textwrap.wrap("! " + text, width, subsequent_indent="  ", break_on_hyphens=False,
                             break_long_words=False)
    return out + [problems.summary_line(summary)]
