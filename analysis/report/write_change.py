# SPDX-License-Identifier: GPL-2.0-only
"""Writes what changed between two runs, as Markdown on the standard output.

Usage: write_change.py FILE, the output of xsw-stat for two runs.
"""
import json
import sys

from document import Document, markdown
from quantities import NONE, count, median, number, percent, reading, series


def _interval(shift):
    inside = shift["interval"]
    return f"{number(inside['low'])} - {number(inside['high'])}" if inside else NONE


def _judged(one):
    if one["verdict"] in ("too few rounds", "no difference shown"):
        return one["verdict"]
    return reading(one["verdict"], one["better"], one["b"])


def _row(one, ratio):
    scale = 1 if ratio else one["scale"]
    figure = f"{one['label']}, {'ratio' if ratio else one['unit']}"
    p = one["p_adjusted"]
    return [one["environment"], one["device"], one["load"], series(one), figure,
            median(one["a"], scale), median(one["b"], scale), number(one["shift"]["ratio"]),
            _interval(one["shift"]), NONE if p is None else number(p, 2), _judged(one)]


HEAD = ["Environment", "Device", "Load", "Backend", "Figure", ">A", ">B", ">B / A",
        "Interval of B / A", ">p, adjusted", "Reading"]


def _changed(change):
    return [(one, kind) for kind in ("times", "ratios") for one in change[kind]
            if one["verdict"] in ("less", "more")]


def _counts(change):
    rows = []
    for one in change["counts"]:
        a, b = one["a"], one["b"]
        if all(a[key] == b[key] for key in ("bounces", "share", "fails", "exchanges")):
            continue
        rows.append([one["environment"], one["device"], one["load"], series(one),
                     count(a["bounces"]), count(b["bounces"]), percent(a["share"]),
                     percent(b["share"]), count(a["fails"]), count(b["fails"]),
                     count(a["exchanges"]), count(b["exchanges"])])
    return rows


def _differences(change):
    rows = []
    for env in change["environments"]:
        for part in ("machine", "versions"):
            a, b = env["a"][part], env["b"][part]
            rows += [[env["environment"], f"{part}.{key}", str(a.get(key, NONE)),
                      str(b.get(key, NONE))]
                     for key in dict.fromkeys([*a, *b])
                     if key != "missing" and a.get(key) != b.get(key)]
    return rows


def _notes(document, change):
    common = {env["environment"] for env in change["environments"]}
    mixed = [env["environment"] for env in change["environments"]
             if env["a"]["emulated"] != env["b"]["emulated"]]
    only = {side: [name for name in change[f"names_{side}"] if name not in common] for side in "ab"}
    items = [f"Only in {side.upper()}: {', '.join(only[side])}" for side in "ab" if only[side]]
    items += [f"{name}: times are not compared: one machine is emulated and the other is not"
              for name in mixed]
    document.items(items)


def _table(document, rows):
    document.table(HEAD, rows)
    if not rows:
        document.paragraph("Nothing was measured in both runs.")


def write(change):
    document = Document(f"swiotlb-xen: from {change['a']} (A) to {change['b']} (B)")
    if change["emulated_a"] or change["emulated_b"]:
        document.warning("Emulated machine: ratios only. Absolute times are the emulator's.")
    changed = _changed(change)
    tests = sum(one["p_adjusted"] is not None
                for kind in ("times", "ratios") for one in change[kind])
    document.paragraph(
        f"{len(changed)} of {tests} figures that could be judged changed significantly." if changed
        else f"Nothing changed significantly ({tests} figures could be judged).")
    _notes(document, change)
    document.table(HEAD, [_row(one, kind == "ratios") for one, kind in changed])
    document.heading(2, "Times")
    _table(document, [_row(one, False) for one in change["times"]])
    document.heading(2, "Ratio to stock")
    document.paragraph("Measured in pairs within each run: it may be compared even where the two "
                       "machines differ.")
    _table(document, [_row(one, True) for one in change["ratios"]])
    document.heading(2, "Counts that differ")
    rows = _counts(change)
    document.table(["Environment", "Device", "Load", "Backend", ">Bounces A", ">B",
                    ">Bounced / moved A", ">B", ">Failed maps A", ">B", ">Exchanges A", ">B"], rows)
    if not rows:
        document.paragraph("None.")
    document.heading(2, "What else differs")
    rows = _differences(change)
    document.table(["Environment", "What", "A", "B"], rows)
    if not rows:
        document.paragraph("Nothing that was recorded.")
    document.paragraph(
        f"From {change['min_rounds']} rounds on both sides: exact Mann-Whitney test, adjusted for "
        "the number of figures (Holm) to one false finding in twenty comparisons of two runs; "
        "B / A is the median of all ratios of a round of B to one of A.")
    sys.stdout.write(markdown(document))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        write(json.load(file))


main()
