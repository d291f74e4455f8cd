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
import os
import sys

import counters
import estimates
import raw_files
import samples
import shapes

UNITS = {"iops": "IO/s", "bandwidth_bytes_s": "B/s"}
# Loads whose mean operation is smaller than this are told in operations a second.
SMALL_OPERATION = 65536


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
    try:
        if one.get("raw"):
            raw = raw_files.read(os.path.join(folder, one["raw"]))
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


def throughput_of(rounds):
    """The name of the figure that tells the throughput of a load."""
    for one in rounds:
        ios = one["figures"].get("ios")
        if ios:
            return "iops" if (one["figures"].get("io_bytes") or 0) / ios < SMALL_OPERATION else \
                "bandwidth_bytes_s"
    return "bandwidth_bytes_s"


def timed_cells(record):
    """The good timed rounds by device and load, in the order in which they first came."""
    cells = {}
    for one in record["rounds"]:
        if one["kind"] == "timed" and one["ok"]:
            cells.setdefault((one["device"], one["load"]), []).append(one)
    return cells


def pair_ratios(rounds, figure):
    """Module by stock, of each pair whose two rounds are good: {number of the pair: ratio}."""
    sides = {"A": {}, "B": {}}
    for one in rounds:
        value = one["figures"].get(figure)
        if one.get("position") and value:
            sides[one["position"][0]][int(one["position"][1:])] = value
    return {pair: sides["B"][pair] / sides["A"][pair] for pair in sorted(sides["A"])
            if pair in sides["B"]}


def neighbour_ratios(rounds, figure):
    """A/A: the later by the earlier of two neighbouring visits to one backend."""
    ratios = []
    for before, after in zip(rounds, rounds[1:]):
        values = [one["figures"].get(figure) for one in (before, after)]
        if before["backend"] == after["backend"] and all(values) and \
                before.get("visit") is not None and after.get("visit") == before["visit"] + 1 and \
                before.get("boot") == after.get("boot"):
            ratios.append(values[1] / values[0])
    return ratios


def short(value):
    """A number with three digits and a prefix."""
    if value is None:
        return "-"
    for size, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{prefix}"
    return f"{value:.3g}"


def ratio_text(ratios):
    """A median with its interval, or with its range below six."""
    if not ratios:
        return "-"
    spread = estimates.spread(ratios)
    low, high = spread.interval or (spread.least, spread.greatest)
    return f"{spread.median:.2f} ({low:.2f}-{high:.2f})"


def timed_rows(record):
    """A row a device and load: medians, the ratio of the pairs, and what A/A shows beside it."""
    for (device, load), rounds in timed_cells(record).items():
        figure = throughput_of(rounds)
        medians = []
        for backend in ("stock", "module"):
            values = [one["figures"][figure] for one in rounds
                      if one["backend"] == backend and one["figures"].get(figure)]
            medians.append(short(estimates.spread(values).median) if values else "-")
        same = neighbour_ratios(rounds, figure)
        noise = f"{min(same):.2f}-{max(same):.2f}" if same else "-"
        yield [f"{device} {load}", UNITS[figure]] + medians + \
            [ratio_text(list(pair_ratios(rounds, figure).values())), noise]


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
    cells = {}
    for one in record["rounds"]:
        if one["kind"] == "counted" and one["ok"]:
            where = "forced" if one["force"] else one["backend"]
            cells.setdefault((one["device"], one["load"]), {}).setdefault(where, []).append(one)
    for (device, load), found in cells.items():
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
