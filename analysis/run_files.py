# SPDX-License-Identifier: GPL-2.0-only
"""Reads a run: its environments, and what is wrong with them, as results/SCHEMA.md has them.

What can't be read costs itself alone: it becomes a problem with a place, a reason and, where there
is one, a cure; the rest stands.
"""

import os

import figures
import raw_files
import shapes

INSTRUCTIONS = "instructions/dmabench.json"
# Environments that bench.json does not put in order.
ORDER = ("native", "native-iommu-passthrough", "native-iommu-lazy", "native-iommu-strict",
         "native-amdvi", "native-swiotlb", "xen-dom0", "xen-domu", "xen-dom0-forced",
         "xen-dom0-large-pool", "xen-dom0-scattered", "xen-dom0-cured", "xen-dom0-served",
         "xen-pvh")


# What Python raises where a record has another shape than the schema's.
OTHER_SHAPE = (KeyError, TypeError, AttributeError, ValueError, IndexError)


def other_shape(where, error):
    """The problem of a record with another shape."""
    return {"where": where, "what": f"not as results/SCHEMA.md has it: {error!r}", "cure": None}


class NoRun(Exception):
    """A folder in which nothing can be read; the text says why."""


def check_kind(what, kind):
    """Raises Damaged for JSON that is not of this kind and of schema 1."""
    if not isinstance(what, dict) or what.get("kind") != kind:
        raise raw_files.Damaged(f'"kind" is not "{kind}"')
    if what.get("schema") != 1:
        raise raw_files.Damaged(f"schema {what.get('schema')}, this program reads schema 1: use "
                                "the suite that wrote it")


def check(record, name):
    """Holds an environment's run.json against the schema. Raises Damaged."""
    check_kind(record, "swiotlb-xen-run")
    shapes.check(record, shapes.RUN)
    if record["environment"] != name:
        raise raw_files.Damaged(f'records environment "{record["environment"]}", but its folder '
                                f'is "{name}"')


def _loads(folder, name):
    """An environment's run.json with the figures and counts of its rounds."""
    record = raw_files.read(os.path.join(folder, "run.json"))
    check(record, name)
    for one in record["rounds"]:
        recorded = one["ok"]
        raw = figures.fill_round(record, one, folder)
        one["damaged"] = recorded and not one["ok"]
        one["bins"] = raw_files.latency_bins(raw) if one["ok"] and raw else []
    return record


def _dmabench(path):
    bench = raw_files.read(path)
    check_kind(bench, "swiotlb-xen-dmabench")
    shapes.check(bench, shapes.DMABENCH)
    return bench


def _counts(path):
    counts = raw_files.read(path)
    check_kind(counts, "swiotlb-xen-counts")
    shapes.check(counts, shapes.COUNTS)
    return counts


def _is_there(path):
    return os.path.exists(raw_files.stored(path))


def _part(run, file, reader, problems):
    """One file of an environment by its reader; None, and a problem, where it is damaged."""
    try:
        return reader(file)
    except raw_files.Damaged as error:
        problems.append({"where": os.path.relpath(file, run), "what": str(error), "cure": None})
    except OTHER_SHAPE as error:
        problems.append(other_shape(os.path.relpath(file, run), error))
    return None


def _environment(run, name, problems):
    """What lies in an environment's folder; None where nothing can be read."""
    folder = os.path.join(run, name)
    found = {"name": name, "loads": None, "dma": None, "dma_file": None, "counts": None}
    if _is_there(os.path.join(folder, "run.json")):
        found["loads"] = _part(run, os.path.join(folder, "run.json"),
                               lambda _: _loads(folder, name), problems)
    named = (found["loads"] or {}).get("dmabench")
    for file in (INSTRUCTIONS, named and named.get("raw")):
        path = file and os.path.join(folder, file)
        if path and not found["dma"] and (_is_there(path) or file != INSTRUCTIONS):
            found["dma"] = _part(run, path, _dmabench, problems)
            found["dma_file"] = f"{name}/{file}"
    path = os.path.join(folder, "instructions/counts.json")
    if _is_there(path):
        found["counts"] = _part(run, path, _counts, problems)
    return found if found["loads"] or found["dma"] else None


def _asked(run, problems):
    """bench.json, or None; what of it was not measured is a problem with its cure."""
    path = os.path.join(run, "bench.json")
    if not _is_there(path):
        return None
    try:
        bench = raw_files.read(path)
        check_kind(bench, "swiotlb-xen-bench")
        shapes.check(bench, shapes.BENCH)
        for env in bench["environments"]:
            for part, record in (("loads", "run.json"), ("instructions", INSTRUCTIONS)):
                state = env.get(part)
                # a bench on a disk that filled up could not tell of what it had measured
                if state and state["status"] == "missing" and \
                        _is_there(os.path.join(run, env["name"], record)):
                    continue
                if state and state["status"] != "measured":
                    problems.append({
                        "where": env["name"] + (" by instructions" if part == "instructions"
                                                else ""),
                        "what": f"{state['status']}: {state['reason']}" if state.get("reason")
                                else state["status"], "cure": state.get("cure")})
        return bench
    except raw_files.Damaged as error:
        problems.append({"where": "bench.json", "what": str(error), "cure": None})
        return None


def _in_order(names, bench):
    told = [env["name"] for env in bench["environments"]] if bench else []
    return sorted(names, key=lambda name: (
        told.index(name) if name in told else len(told),
        ORDER.index(name) if name in ORDER else len(ORDER), name))


def read_run(run):
    """(name, bench.json or None, environments, problems) of a run's folder. Raises NoRun."""
    problems = []
    try:
        names = [name for name in os.listdir(run) if not name.startswith(".")
                 and os.path.isdir(os.path.join(run, name))]
    except OSError as error:
        raise NoRun(f"no such folder: {error.strerror}")
    bench = _asked(run, problems)
    for name in sorted(names):
        if name.endswith(".partial"):
            problems.append({"where": name, "what": "this boot was cut before its end",
                             "cure": f"make bench RESUME={run}"})
    here = [name for name in names if not name.endswith(".partial")
            and any(_is_there(os.path.join(run, name, file))
                    for file in ("run.json", INSTRUCTIONS))]
    if not here:
        raise NoRun("; ".join(f"{one['where']}: {one['what']}" for one in problems)
                    or "no <environment>/run.json in it: not the folder of a run")
    found = [_environment(run, name, problems) for name in _in_order(here, bench)]
    found = [env for env in found if env]
    if not found:
        raise NoRun("; ".join(f"{one['where']}: {one['what']}" for one in problems))
    records = [env["loads"] for env in found if env["loads"]]
    name = records[0]["run"] if records else os.path.basename(os.path.abspath(run))
    return name, bench, found, problems
