# SPDX-License-Identifier: GPL-2.0-only
"""Writes a run's report from its statistics: report.md, report.html, and a summary to print.

Usage: write_report.py FOLDER, which holds summary.json and plots/ and receives the texts.
"""
import json
import os
import sys

import dma
import sections
import times
from document import Document, Link, markdown, page
from quantities import NONE, around, count, number, percent, series

EMULATED = ("Emulated machine: ratios only. No time here is that of a machine, and none of a Xen "
            "environment is compared with native; counts and bytes are exact.")


class Pictures:
    """The pictures that were drawn, and the raw files their dots came from."""

    def __init__(self, folder):
        self.captions, self.put_already = {}, set()
        self.data = os.path.join(folder, "plots", "data")
        with open(os.path.join(self.data, "pictures.tsv"), encoding="utf-8") as file:
            for line in file:
                name, _, kind, caption = line.rstrip("\n").split("\t")
                self.captions[name] = (kind, caption)

    def _sources(self, name):
        files, raw = [], {}
        for file in sorted(os.listdir(self.data)):
            if not file.endswith(".dat") or file.split(".")[0] != name.split(".")[0]:
                continue
            files.append(file)
            with open(os.path.join(self.data, file), encoding="utf-8") as lines:
                for line in lines:
                    raw.update(dict.fromkeys(line.partition("#")[2].split()))
        parts = []
        for file in files:
            parts += [Link(file, f"plots/data/{file}"), " "]
        parts.append("made from ")
        for path in raw:
            folder, _, file = path.partition("/")
            parts += [Link(f"{folder} {file.split('/')[-1].partition('-')[0]}", path), " "]
        return parts[:-1]

    def put(self, document, name):
        if name not in self.captions or name in self.put_already:
            return
        kind, caption = self.captions[name]
        self.put_already.add(name)
        document.picture(name, caption, self._sources(name))


def bounce_sentences(env):
    """One plain sentence a device: is it bouncing?"""
    sums, devices = {}, {}
    for cell in env["counted"]:
        whole = cell["map_bytes" if cell["by_maps"] else "io_bytes"]
        if whole and cell["bounced_bytes"] is not None:
            one = sums.setdefault((cell["device"], cell["by_maps"], series(cell)), [0, 0])
            one[0] += cell["bounced_bytes"]
            one[1] += whole
    for (device, by_maps, name), (bounced, whole) in sums.items():
        devices.setdefault((device, by_maps), []).append(f"{name} {percent(bounced / whole)}")
    return [f"{env['name']}, {device}: bounced bytes / bytes {'mapped' if by_maps else 'moved'}: "
            f"{'; '.join(words)}." for (device, by_maps), words in devices.items()
            ] + packet_sentences(env)


def packet_sentences(env):
    """Loads that are a fixed sequence move no counted payload: their bounces are compared."""
    loads = {}
    for cell in env["counted"]:
        if cell["share"] is None and cell["bounces"] is not None:
            words = loads.setdefault((cell["device"], cell["load"]), [])
            words.append(f"{series(cell)} {count(cell['bounces'])}")
    return [f"{env['name']}, {device}, {load}: bounces: {'; '.join(words)}."
            for (device, load), words in loads.items()]


def overview(summary):
    """The report in a few sentences."""
    items = []
    for env in summary["environments"]:
        items += bounce_sentences(env) + dma.sentence(env)
    checks = [c for env in summary["environments"] for c in env["checks"]]
    failed = sum(len(env["failed"]) for env in summary["environments"])
    errors = sum(len(env["record"]["errors"]) for env in summary["environments"])
    bad = sum(not c["passed"] for c in checks)
    items.append(f"Data checks: {len(checks) - bad} passed, {bad} FAILED." if bad else
                 f"Data checks: {len(checks)} passed, none failed.")
    items.append(f"Rounds failed: {failed}; errors: {errors}.")
    for env in summary["environments"]:
        words = [f"{c['device']} {c['load']} {c['label']}" for c in env["controls"]
                 if c["verdict"] in ("less", "more")]
        items += [f"{env['name']}: {c['baseline']} against itself: throughput ratio "
                  f"{number(c['ratio']['median'])} ({around(c['ratio'])}; {c['device']} "
                  f"{c['load']}): that is this boot's noise."
                  for c in env["controls"] if c["label"] == "throughput"]
        if words:
            items.append(f"{env['name']}: the A/A control shows a difference where there is none "
                         f"({', '.join(words)}): its machine was not steady enough.")
    return items


def how_to_read(document, summary):
    few = summary["min_rounds"]
    comparisons = sum(p["verdict"] != "too few rounds"
                      for env in summary["environments"] for p in env["pairs"])
    document.heading(2, "How to read this")
    document.items([
        f"A median comes with its interval from {few} rounds on, below with the range (smallest - "
        "largest), and then nothing is judged.",
        "Intervals are exact and assume no distribution: order statistics of the rounds; the "
        "probability is beside each and at least 95 %.",
        "Stock and module are measured in pairs (A1 with B1 ...), their order by a coin for each "
        "pair; a ratio is the median over the pairs, each made in two neighbouring visits.",
        f"Ratios judged here: {comparisons}. By chance alone about one in twenty of them would "
        f"look different where nothing is (here: {number(comparisons * 0.05)}).",
        "Timed rounds run without tracing and counting rounds apart from them: their times are "
        "not shown.",
        "Numbers under 'From' are rounds and lead to the raw file each figure was computed from; "
        "figures that only run.json records (CPU time) lead there."])


def write(summary, folder):
    document = Document(f"swiotlb-xen: run {summary['run']}")
    pictures = Pictures(folder)
    environments = summary["environments"]
    if summary["emulated"]:
        document.warning(EMULATED)
    for note in dict.fromkeys(env["record"].get("note") for env in environments):
        if note:
            document.warning(note)
    document.items(overview(summary))
    sections.counts(document, environments)
    pictures.put(document, "bounced")
    for env in environments:
        times.environment(document, env, pictures)
        dma.tables(document, env)
    times.shared_pictures(document, list(pictures.captions), pictures)
    times.against_native(document, summary)
    sections.settings(document, environments)
    sections.checks(document, environments)
    sections.machine(document, environments)
    how_to_read(document, summary)
    for name, text in (("report.md", markdown(document)), ("report.html", page(document, folder))):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
            out.write(text)


def print_summary(summary):
    """The summary table of a terminal: throughput and p50 latency, then what bounced."""
    rows = [("environment", "device", "load", "figure", "stock", "module", "ratio",
             "around it", "reading")]
    for env in summary["environments"]:
        for cell in env["timed"]:
            base = times.baseline(env, cell)
            rows += [r for r in _terminal_rows(env, base, cell)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
    if summary["emulated"]:
        print("emulated: compare stock with module only, never one environment with another")
    for item in overview(summary):
        print(item)


def _terminal_rows(env, base, cell):
    paired = any(p["load"] == cell["load"] and p["device"] == cell["device"]
                 for p in env["pairs"])
    if base is cell and paired:
        return
    for key in ("iops", "bandwidth_bytes_s", "lat_p50_ns", "lat_p99_ns"):
        figure = (base or cell)["figures"][key]
        if not figure["compared"] or not figure["n"]:
            continue
        pair = times.pair_of(env, cell, key)
        own = cell["figures"][key]
        unit = f" {figure['unit']}"
        yield (env["name"], cell["device"], cell["load"], figure["label"],
               number(figure["median"] * figure["scale"]) + unit if base else NONE,
               number(own["median"] * own["scale"]) + unit if base is not cell and own["n"]
               else NONE,
               number(pair["ratio"]["median"]) if pair else NONE,
               around(pair["ratio"]) if pair else NONE,
               times.judge(env, pair) if pair else "")


def main():
    with open(os.path.join(sys.argv[1], "summary.json"), encoding="utf-8") as file:
        summary = json.load(file)
    write(summary, sys.argv[1])
    print_summary(summary)


main()
