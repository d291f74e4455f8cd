# SPDX-License-Identifier: GPL-2.0-only
"""Draws pictures by gnuplot: each from one program, plots/data/NAME.gp, that holds its data."""
import math
import os
import shutil
import subprocess

from quantities import NONE, count, number, percent, ratio, span
from document import Picture

import cells
import paths
import raw_files

PLOTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "plots")
BAND, BAR, LINE, DOT = "bands", "bars", "lines", "dots"
ROUND, DIAMOND = 1, 2


class NoPlots(Exception):
    """gnuplot is missing or complains; the text says why."""


def _quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _array(name, texts):
    lines = [f"array {name}[{max(1, len(texts))}]"]
    texts = [text if isinstance(text, (int, float)) else _quoted(text) for text in texts]
    return lines + [f"{name}[{i}] = {text}" for i, text in enumerate(texts, 1)]


class Pictures:
    """The pictures of one report, drawn into FOLDER/plots."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "plots")
        os.makedirs(os.path.join(self.folder, "data"))

    def _draw(self, name, script, lines):
        program = os.path.join("data", name + ".gp")
        with open(os.path.join(self.folder, program), "w", encoding="utf-8") as file:
            file.write("\n".join(lines + [f'load here."/{script}.gp"']) + "\n")
        if not shutil.which("gnuplot"):
            raise NoPlots("gnuplot is missing: apt-get install gnuplot-nox")
        here = os.path.abspath(PLOTS).replace("'", "''")
        done = subprocess.run(
            ["gnuplot", "-e", f"here = '{here}'; format = 'svg'; output = '{name}.svg'", program],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            universal_newlines=True)
        if done.returncode:
            raise NoPlots(f"gnuplot can't draw {name}: {' '.join(done.stdout.split())}")

    def rows(self, picture, labels, marks, axis, width=405, right=100):
        """A picture of rows. marks: (BAND, BAR, LINE, row, low, high, color) or (DOT, row, value,
        color, point), each with the file it came from last; axis: (text, low, high, log, mark)."""
        text, low, high, log, mark = axis
        left = 16 + 7 * max(len(label) for label, _ in labels)
        right = max(right, 16 + 7 * max(len(note) for _, note in labels))
        row_height = next((high for most, high in ((9, 22), (14, 16), (17, 14))
                           if len(labels) <= most), 13)
        lines = [f"width = {width}; left = {left}; right = {right}; row_height = {row_height}",
                 f"x_low = {low:.6g}; x_high = {high:.6g}; x_log = {int(log)}; x_mark = {mark}",
                 f"x_text = {_quoted(text)}"]
        lines += _array("row_label", [label for label, _ in labels])
        lines += _array("row_note", [note for _, note in labels])
        for kind in (BAND, BAR, LINE, DOT):
            lines.append(f"${kind} << end")
            # a row out of sight: gnuplot takes no empty block
            lines.append(f"-9 {low:.6g} #000000 1" if kind == DOT else
                         f"-9 {low:.6g} {low:.6g} #000000")
            for mark_kind, *cells_, source in marks:
                if mark_kind == kind:
                    words = [f"{cell:.6g}" if isinstance(cell, float) else str(cell)
                             for cell in cells_]
                    lines.append(" ".join(words) + (f" # {source}" if source else ""))
            lines.append("end")
        self._draw(picture.name, "rows", lines)
        return picture

    def latency(self, picture, panels, names):
        """A picture of curves: panels of (head, [(series, [(x, us)])]); names: (name, color)."""
        lines = [f"title = {_quoted(picture.title)}"]
        lines += _array("series_name", [name for name, _ in names])
        lines += _array("series_color", [color for _, color in names])
        lines += _array("panel_head", [head for head, _ in panels])
        points = [[point for _, curve in curves for point in curve] for _, curves in panels]
        for name, best, part in (("low", min, 1), ("high", max, 1), ("right", max, 0)):
            lines += _array(f"panel_{name}",
                            [best(point[part] for point in some) for some in points])
        lines.append(f'file = "data/{picture.name}.dat"')
        with open(os.path.join(self.folder, "data", picture.name + ".dat"), "w") as file:
            for _, curves in panels:
                for nth, curve in curves:
                    file.writelines(f"{nth + 1} {x:.5g} {us:.6g}\n" for x, us in curve)
                    file.write("\n")
                file.write("\n\n")
        self._draw(picture.name, "latency", lines)
        return picture


def bounced(pictures, series, devices):
    """How much bounces: a bar of the worst device, a dot a device."""
    labels, marks = [], []
    for row, one in enumerate(series, 1):
        told = [(target, one.share(target)) for target in devices]
        told = [(target, entry["share"]) for target, entry in told
                if entry and entry["share"] is not None]
        worst = max([share for _, share in told] or [0])
        at = [target for target, share in told if share >= worst - .005]
        labels.append((one.label, NONE if not told else "none" if worst == 0 else
                       f"{percent(worst)} {' '.join(at[:2])}"))
        marks.append((BAR, row, 0., 100 * worst, one.color, None))
        marks += [(DOT, row, 100 * share, one.color, ROUND, f"{one.env['name']}/raw")
                  for _, share in told]
    picture = Picture("bounced", "1 How much bounces",
                      "% of the bytes, counted exactly; bar: the worst device, a dot a device")
    return pictures.rows(picture, labels, marks, ("", 0, 104, False, 0))


def invalidations(one, size=4096):
    """Invalidations a map and unmap, as words that follow its instructions."""
    rate = paths.invalidations(one.env["counts"], one.backend, size)
    return " + inval." if rate is None else f" + {number(rate, 1)} inval."


def path(pictures, series, size=4096):
    """What the path of a map and an unmap costs: direct and translated dots, bounced by fill."""
    labels, marks, values, undrawn = [], [], [], False
    unit = next((one.unit for one in series), "")
    for row, one in enumerate(series, 1):
        words = []
        source = (one.env["dma"] or {}).get("source")
        for kind in ("direct", "translated", "bounced"):
            found = one.path(kind, size)
            if not found:
                continue
            words.append(span(found))
            if kind == "translated" and one.env["emulated"]:
                words[-1] += " + inval."  # how many: the next picture
                undrawn = True  # what one costs is not in it: not to be compared
                continue
            values += [value for value in (found["low"], found["high"]) if value]
            if kind == "bounced" and found["low"] and found["high"] > found["low"]:
                marks.append((LINE, row, float(found["low"]), float(found["high"]), one.color,
                              source))
            marks += [(DOT, row, float(layout["path"]), one.color,
                       DIAMOND if kind == "bounced" else ROUND, source)
                      for fill in found["fills"] for layout in fill["layouts"]
                      if layout["path"] is not None]
        labels.append((one.label, " / ".join(words) if words else NONE))
    picture = Picture("path", "2 What the path of a map and unmap costs",
                      f"{unit}, 4 KiB, log scale; dot: no bounce; diamond: bounced, medians by "
                      "fill of the pool, without the copy" + ("; IOMMUs: not drawn" if undrawn else ""))
    if not values:
        return None
    low, high = max(1, min(values)) / 1.5, max(values) * 1.5
    return pictures.rows(picture, labels, marks, ("", low, high, True, 0), right=140)


def load(pictures, summary, series):
    """What a load feels, on a real host: the throughput of one load in each environment."""
    every = {}
    for env in summary["environments"]:
        for cell in env["timed"]:
            every.setdefault((cell["device"], cell["load"]), set()).add(env["name"])
    if not every or summary["emulated"]:
        return None
    device, name = max(every, key=lambda key: (len(every[key]), "randread-4k-qd1" in key))
    labels, marks, top, unit = [], [], 0., ""
    for row, one in enumerate(series, 1):
        cell = next((cell for cell in one.env["timed"] if (cell["device"], cell["load"],
                     cell["backend"], cell["force"]) == (device, name, one.backend, False)), None)
        figure = cell and next(f for f in cell["figures"].values() if f["primary"])
        if not figure or not figure["n"]:
            labels.append((one.label, NONE))
            continue
        scale, unit = figure["scale"], figure["unit"]
        inside = figure["interval"] or {"low": figure["min"], "high": figure["max"]}
        marks += [(BAR, row, 0., figure["median"] * scale, one.color, None),
                  (LINE, row, inside["low"] * scale, inside["high"] * scale, one.color, None)]
        marks += [(DOT, row, value["value"] * scale, one.color, ROUND, value["source"])
                  for value in figure["values"]]
        noise = next((same["noise"] for same in one.env["same"] if (
            same["device"], same["load"], same["backend"]) == (device, name, one.backend)), None)
        if noise and noise["n"]:
            marks.append((BAND, row, figure["median"] * scale * min(1, noise["low"]),
                          figure["median"] * scale * max(1, noise["high"]), "#999999", None))
        top = max([top] + [value["value"] * scale for value in figure["values"]])
        labels.append((one.label, f"{number(figure['median'] * scale, 3)} {unit}"))
    picture = Picture("load", "3 What the load feels",
                      f"{device} {name}, {unit}: median, its interval (below six rounds the "
                      "range); grey: A/A; a dot a round")
    return pictures.rows(picture, labels, marks, ("", 0, top * 1.1, False, 0)) if top else None


def told_apart(pictures, series, size=4096):
    """In the lab, in place of the load: what is counted because no instruction tells it."""
    if not any(one.paths or one.env["counts"] for one in series):
        return None
    labels, marks, top = [], [], 1.
    for row, one in enumerate(series, 1):
        rate = paths.invalidations(one.env["counts"], one.backend, size)
        bounces = one.path("bounced", size)
        words = []
        if rate is not None:
            marks.append((BAR, row, 0., float(rate), one.color,
                          f"{one.env['name']}/instructions/counts.json"))
            top = max(top, rate)
            words.append(f"{number(rate, 1)} inval.")
        if bounces:
            words.append(f"{count(bounces['copied'])} B copied")
        labels.append((one.label, ", ".join(words) or NONE))
    picture = Picture("counted", "3 What instructions can't tell",
                      "what a 4 KiB map and unmap takes besides; bar: invalidations of an IOTLB; no "
                      "load is timed on an emulated machine")
    return pictures.rows(picture, labels, marks, ("", 0, top * 1.1, False, 0))


def ratios(pictures, env, series):
    """Ratios to stock of an environment's primary figures: a dot a pair."""
    rows = [one for one in env["pairs"] if one["primary"]]
    colors = {one.backend: one.color for one in series if one.env is env}
    labels, marks, every = [], [], [1.]
    for row, one in enumerate(rows, 1):
        color = colors.get(one["backend"], "#777755")
        forced = ", forced" if one["force"] else ""
        labels.append((f"{one['device']} {one['load']}{forced}", f"{ratio(one)} {one['verdict']}"))
        if one["noise"]["n"]:
            marks.append((BAND, row, one["noise"]["low"], one["noise"]["high"], "#999999", None))
            every += [one["noise"]["low"], one["noise"]["high"]]
        if one["low"] is not None:
            marks.append((LINE, row, one["low"], one["high"], color, None))
        marks.append((DOT, row, one["ratio"], color, DIAMOND, None))
        marks += [(DOT, row, pair["ratio"], color, ROUND, f"{pair['source_a']} {pair['source_b']}")
                  for pair in one["pairs"]]
        every += [pair["ratio"] for pair in one["pairs"]]
    if not rows:
        return None
    picture = Picture(f"ratio-{env['name']}", f"Throughput by stock's in {env['name']}",
                      "dot: a pair; diamond: estimate; line: its 95 % interval; grey: A/A")
    log = max(every) / min(every) > 2.5
    return pictures.rows(picture, labels, marks,
                         ("ratio to stock", min(every) * .95, max(every) * 1.05, log, 1),
                         900, 250)


def _curve(bins):
    """Points of a latency curve: (-log10 of the share beyond, us), as far as samples lie beyond."""
    total, passed, out = sum(n for _, n in bins), 0, []
    for value, n in bins:
        passed += n
        if total - passed < raw_files.BEYOND:
            break
        out.append((-math.log10(1 - passed / total), value / 1000))
    return out


def latencies(pictures, environments, series):
    """Latency curves of each device in each real environment. environments: as read, with bins."""
    out = []
    for env in environments:
        record = env["loads"]
        mine = [one for one in series if one.env["name"] == env["name"]]
        if not record or record["emulated"] or not mine:
            continue
        names = [(one.backend, one.color) for one in mine]
        devices = {}
        for cell in cells.cells_of(record, "timed"):
            curve = _curve(cells.merged(cell.rounds)) if not cell.force else []
            if len(curve) > 1:
                devices.setdefault(cell.device, {}).setdefault(cell.load, []).append(
                    ([one.backend for one in mine].index(cell.backend), curve))
        for device, loads in devices.items():
            picture = Picture(f"latency-{env['name']}-{device}",
                              f"Latency by percentile: {device} in {env['name']}",
                              "a panel a load, a curve a backend over all its rounds")
            out.append(pictures.latency(picture, list(loads.items()), names))
    return out
