#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The figures of one boot, from its raw files, and its short table.

Usage: figures.py RUN/ENVIRONMENT           the table
       figures.py --json RUN/ENVIRONMENT    run.json with the figures and counts of each round
       figures.py --raw FILE FIGURE         one figure of one raw file

run.json holds what only the runner knows: settings, counters of its own, and which raw file belongs
to which round. Needs Python 3.6 and nothing else. Exit status: 0, 1 a damaged run, 2 misused.
"""

import json
import math
import os
import sys

import cells
import counters
import estimates
import raw_files
import samples
import shapes
from cells import throughput_of  # noqa: F401  the runner asks for it here

UNITS = {"iops": "IO/s", "bandwidth_bytes_s": "B/s"}


def functions_of(record, target):
    """The PCI functions of a target."""
    return {device.get("bdf") for device in record["devices"]
            if device.get("target", device["id"]) == target}


def fill_round(record, one, folder):
    """Adds to a round of run.json what its raw files say, which goes before what it says itself.

    A damaged file, or one that tells of an error, makes it a failed round. Returns the raw file's
    JSON, or None.
    """
    one["figures"], raw = dict(one.get("figures") or {}), None
    one["data_wrong"] = False
    try:
        if one.get("raw"):
            raw = raw_files.read(os.path.join(folder, one["raw"]))
            one["data_wrong"] = raw_files.data_is_wrong(raw)
            wrong = raw_files.complaint(raw)
            if wrong:
                raise raw_files.Damaged(wrong)
            one["figures"].update(raw_files.figures(raw))
        counts = one.get("counters")
        if counts and counts.get("raw"):
            path = os.path.join(folder, counts["raw"])
            read = counters.read(path, counts["source"], functions_of(record, one["device"]))
            one["counters"] = dict(counts, **read)
        if one.get("samples"):
            one["sampled"] = samples.read(os.path.join(folder, one["samples"]))
    except raw_files.Damaged as error:
        one["ok"], one["why"] = False, one.get("why") or str(error)
        one["verified"] = one.get("verified") and False
    derive(one["figures"])
    return raw


def derive(figures):
    """CPU time by the bytes that the device itself moved in the same window."""
    moved = figures.get("window_bytes")
    spent = {"cpu_s_per_gb": [figures.get("cpu_user_s"), figures.get("cpu_sys_s")],
             "vcpu_s_per_gb": [figures.get("vcpu_s")]}
    for name, parts in spent.items():
        known = moved and None not in parts
        figures[name] = sum(parts) / moved * 1e9 if known else None


def read_boot(folder):
    """A boot's run.json with the figures and counts of all its rounds. Raises Damaged."""
    path = os.path.join(folder, "run.json")
    record = raw_files.read(path)
    if not isinstance(record, dict) or record.get("kind") != "swiotlb-xen-run" or \
            record.get("schema") != 1:
        raise raw_files.Damaged("not a run's record of schema 1")
    shapes.check(record, shapes.RUN)
    for one in record["rounds"]:
        fill_round(record, one, folder)
    return record


def timed_cells(record):
    """The good timed rounds by device and load, in the order in which they first came."""
    found = {}
    for one in record["rounds"]:
        if one["kind"] == "timed" and one["ok"]:
            found.setdefault((one["device"], one["load"]), []).append(one)
    return found


def pair_ratios(rounds, figure):
    """Module by stock, of each pair whose two rounds are good: {number of the pair: ratio}."""
    sides = {"A": {}, "B": {}}
    for one in rounds:
        value = one["figures"].get(figure)
        if one.get("position") and value:
            sides[one["position"][0]][int(one["position"][1:])] = value
    return {pair: sides["B"][pair] / sides["A"][pair] for pair in sorted(sides["A"])
            if pair in sides["B"]}


def short(value):
    """A number with three digits and a prefix."""
    if value is None:
        return "-"
    for size, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{prefix}"
    return f"{value:.3g}"


def ratio_text(found):
    """An estimate of a ratio with its interval, or alone where too few pairs carry one."""
    if not found:
        return "-"
    text = f"{math.exp(found.log):.2f}"
    return text + f" ({math.exp(found.interval[0]):.2f}-{math.exp(found.interval[1]):.2f})" \
        if found.interval else text


def timed_rows(record):
    """A row a device and load: medians, the ratio of the pairs, and what A/A shows beside it."""
    sides = {}
    for cell in cells.cells_of(record, "timed"):
        if not cell.force:
            sides.setdefault((cell.device, cell.load), {})[cell.backend] = cell
    for (device, load), found in sides.items():
        base, other = found.get("stock"), found.get("module")
        figure = cells.primary(base or other)
        medians = []
        for cell in (base, other):
            values = [value for _, value in cell.values(figure)] if cell else []
            medians.append(short(estimates.spread(values).median) if values else "-")
        logs = cells.logs_of(cells.pairs_of(base, other), figure) if base and other else []
        same = [math.exp(log) for cell in found.values()
                for _, log in cells.logs_of(cells.neighbours_of(cell), figure)]
        yield [f"{device} {load}", UNITS[figure]] + medians + \
            [ratio_text(cells.estimate(logs)[0] if logs else None),
             f"{min(same):.2f}-{max(same):.2f}" if same else "-"]


def counted_text(rounds):
    """Bounces and bounced bytes of counted rounds: their range where they differ."""
    counts = [one["counters"] for one in rounds
              if (one["counters"] or {}).get("bounces") is not None]
    if not counts:
        return "-"
    bounces = sorted({count["bounces"] for count in counts})
    told = "-".join(map(str, bounces[:1] + bounces[1:][-1:]))
    return f"{told} / {short(max(count['bounced_bytes'] for count in counts))}"


def counted_rows(record):
    """A row a device and counted load: bounces and their bytes on each backend."""
    rounds = {}
    for one in record["rounds"]:
        if one["kind"] == "counted" and one["ok"]:
            where = "forced" if one["force"] else one["backend"]
            rounds.setdefault((one["device"], one["load"]), {}).setdefault(where, []).append(one)
    for (device, load), found in rounds.items():
        yield [f"{device} {load}", "bounces/B"] + [
            counted_text(found.get(where, ())) for where in ("stock", "module", "forced")]


def table(record):
    """The short table of a boot, as text."""
    lines = []
    form = "{:<29} {:<9} {:>9} {:>9} {:>17} {:>10}"
    rows = list(timed_rows(record))
    if rows and record["emulated"]:
        lines.append("Emulated machine: its times compare nothing, and are left out here")
    elif rows:
        lines.append(form.format("median", "", "stock", "module", "module/stock", "A/A"))
        lines += [form.format(*row) for row in rows]
    form = "{:<29} {:<9} {:>13} {:>13} {:>13}"
    rows = list(counted_rows(record))
    if rows:
        lines.append(form.format("counted", "", "stock", "module", "forced"))
        lines += [form.format(*row) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def main(arguments):
    """The command."""
    try:
        if len(arguments) == 3 and arguments[0] == "--raw":
            print(raw_files.figures(raw_files.read(arguments[1])).get(arguments[2]))
        elif len(arguments) == 2 and arguments[0] == "--json":
            json.dump(read_boot(arguments[1]), sys.stdout, indent=1)
            print()
        elif len(arguments) == 1 and not arguments[0].startswith("-"):
            print(table(read_boot(arguments[0])))
        else:
            print(__doc__.strip(), file=sys.stdout if arguments == ["--help"] else sys.stderr)
            return 0 if arguments == ["--help"] else 2
    except raw_files.Damaged as error:
        print(f"figures: {arguments[-1]}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
