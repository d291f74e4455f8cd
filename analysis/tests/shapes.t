#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Each value of a run's records, replaced by one of another kind: report, fleet and comparison are
made all the same, and what is lost is told with the name of its file."""

import copy
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import CHECKOUT, Tap, use  # noqa: E402

use("analysis", "analysis/report")
import change  # noqa: E402
import details  # noqa: E402
import first_screen  # noqa: E402
import fleet  # noqa: E402
import pictures  # noqa: E402
import run_files  # noqa: E402
import shapes  # noqa: E402
import summary as summary_file  # noqa: E402
from document import Document, markdown  # noqa: E402
from series import series_of  # noqa: E402

FIXTURE = os.path.join(CHECKOUT, "analysis/tests/data/run")
FILES = ("xen-dom0/run.json", "bench.json", "xen-dom0/instructions/dmabench.json",
         "xen-dom0/instructions/counts.json")
WRONG = {False: (5, "x", ["x"], {}, None, True), True: (5, "x", None)}
tap = Tap()


class Undrawn(pictures.Pictures):
    """Pictures whose data is written, and that gnuplot does not draw."""

    def _draw(self, name, script, lines):
        "\n".join(lines)


def load(name):
    """A record of the fixture."""
    with open(os.path.join(FIXTURE, name)) as file:
        return json.load(file)


def places(value, path=()):
    """{the path of a value in which all elements of a list are one: its first path}"""
    found = {tuple("*" if isinstance(step, int) else step for step in path): path} if path else {}
    inner = value.items() if isinstance(value, dict) else \
        enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        for kind, place in places(one, path + (key,)).items():
            found.setdefault(kind, place)
    return found


def put(record, path, value):
    """A copy of a record with another value in it."""
    changed = copy.deepcopy(record)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


def kind_of(value):
    """Numbers are one kind."""
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else \
        type(value).__name__


def page(run, work):
    """The text of a run's page."""
    summary = summary_file.summarize(run)
    series, drawn = series_of(summary), Undrawn(work)
    document = Document(first_screen.heads(summary)[0])
    first_screen.write(document, summary, series, drawn)
    ratios = [pictures.ratios(drawn, env, series) for env in summary["environments"]]
    details.write(document, summary, series, pictures.latencies(drawn, run[2], series),
                  [one for one in ratios if one])
    first_screen.terminal(summary, series)
    return markdown(document)


def small(record):
    """One round of each kind, on each backend, of each load."""
    kept = {}
    for one in record.get("rounds", ()):
        kept.setdefault((one["kind"], one["backend"], one["load"], one["device"]), one)
    return dict(record, rounds=list(kept.values())) if kept else record


def prepare(folder, host):
    """A run of two environments; as a real host's, by a clock of time, where that is asked for."""
    shutil.copytree(FIXTURE, folder)
    for name in ("native-iommu-lazy", "native-iommu-strict", "xen-domu"):
        shutil.rmtree(os.path.join(folder, name))
    for name in ("native/run.json", "native/instructions/dmabench.json") + FILES:
        record = small(load(name))
        if host and name.endswith(("run.json", "dmabench.json")):
            record["emulated"] = False
            record.update({"unit": "ns"} if "unit" in record else {})
        if "rows" in record:
            record["rows"] = [row for row in record["rows"] if row["cell"]["size"] == 4096]
        write(folder, name, record)


def write(folder, name, record):
    """A record in its place."""
    with open(os.path.join(folder, name), "w") as file:
        json.dump(record, file)


def try_one(folder, name, record, work, base):
    """Why the run does not do with this record; None where it does."""
    write(folder, name, record)
    try:
        run = run_files.read_run(folder)
        text = page(run, work)
        markdown(change.document([base, change.Run(run)]))
        fleet.table(os.path.dirname(folder))
    except run_files.NoRun as error:
        return f"nothing is left: {error}"
    except Exception as error:  # what it is about
        return repr(error)
    lost = [env for env in ("native", "xen-dom0") if env not in
            {one["name"] for one in run[2] if one["loads"] or name != f"{env}/run.json"}]
    if lost and name not in text.partition("\n## ")[0]:
        return f"{lost} is lost, which no line says"
    return None if "| native |" in text else "the rest is lost"


with tempfile.TemporaryDirectory() as top:
    for host in (False, True):
        folder = os.path.join(top, str(host), "run")
        prepare(folder, host)
        base = change.Run(run_files.read_run(folder))
        for name in FILES:
            with open(os.path.join(folder, name)) as file:
                record = json.load(file)
            bad, tried = [], 0
            for kind, path in places(record).items():
                value = record
                for step in path:
                    value = value[step]
                for wrong in WRONG[host]:
                    if kind_of(wrong) == kind_of(value) and wrong:
                        continue
                    work = tempfile.mkdtemp(dir=top)
                    why = try_one(folder, name, put(record, path, wrong), work, base)
                    shutil.rmtree(work)
                    tried += 1
                    if why:
                        bad.append(f"{'.'.join(map(str, path))} = {wrong!r}: {why}")
            write(folder, name, record)
            tap.ok(not bad, f"{name}{', of a host' if host else ''}: no wrong value is fatal",
                   f"{len(bad)} of {tried}: " + "\n#   ".join(bad[:12]), "none")
            tap.between(tried, 20, 1e6, "of many")

# -- the fields that are read are those that the schema tells of
with open(os.path.join(CHECKOUT, "results/SCHEMA.md")) as file:
    SCHEMA = file.read()


def names(shape):
    """All names of fields in a shape."""
    inner = shape.items() if isinstance(shape, dict) else [("*", shape[0])] \
        if isinstance(shape, list) else ()
    for key, part in inner:
        yield from [key.rstrip("?")] if key[0] != "*" else []
        yield from names(part)


for what in ("RUN", "BENCH", "DMABENCH", "COUNTS"):
    untold = [name for name in names(getattr(shapes, what)) if f'"{name}"' not in SCHEMA]
    tap.equal(untold, [], f"results/SCHEMA.md has every field of {what} that is read")
sys.exit(tap.done())
