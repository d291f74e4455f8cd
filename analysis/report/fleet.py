# SPDX-License-Identifier: GPL-2.0-only
"""A row a host, as Markdown: how much bounces, what is told of it, the pool, the versions.

The row is the host's newest run, and in it one environment: the Xen PV one, where there is one.
"""
import os

import problems
from document import Document, markdown
from quantities import NONE, percent, size
from series import NAMES, series_of

import run_files
import summary as summary_file

HEAD = ["Host", "Measured", "Environment", ">Bounced, worst device", "Module by stock",
        ">Stock's pool", "Kernel", "Xen", "Rounds", "Also there"]
# Of several Xen PV environments, the one that a host runs without being asked.
FIRST = "xen-dom0"


class Run:
    """A run that was read, and whose host it is."""

    def __init__(self, folder, name):
        self.summary = summary_file.summarize(run_files.read_run(folder))
        bench = self.summary["bench"] or {}
        records = [env["record"] for env in self.summary["environments"] if env["record"]]
        self.host = bench.get("host") or self.summary["run"].partition("-")[2] or name
        self.identity = bench.get("host_id")
        self.started = max([record["started"] for record in records]
                           + [bench.get("started") or ""])

    def environment(self):
        """The environment that the row tells of."""
        def order(env):
            record = env["record"] or {"machine": {}}
            return (record["machine"].get("pv") is not True, env["name"] != FIRST,
                    not env["name"].startswith("xen"), not env["record"])
        return min(self.summary["environments"], key=order)


def _by_backend(series, words):
    """What each backend has; once where it is the same."""
    told = [(one.backend, words(one)) for one in series]
    if len({text for _, text in told}) == 1:
        return told[0][1]
    return ", ".join(f"{backend} {text}" for backend, text in told)


def _worst(one):
    shares = [share["share"] for share in one.env["shares"]
              if share["backend"] == one.backend and share["share"] is not None]
    return percent(max(shares)) if shares else NONE


def _verdicts(env):
    found = [pair["verdict"] for pair in env["pairs"] if pair["primary"] and not pair["force"]]
    words = [f"{found.count(word)} {word}" for word in dict.fromkeys(found)]
    return ", ".join(words) or ("emulated" if env["emulated"] else NONE)


def _row(runs):
    """The row of a host, from its runs."""
    run = max(runs, key=lambda one: one.started)
    env = run.environment()
    mine = [one for one in series_of(run.summary) if one.env is env]
    record = env["record"] or {"versions": {}}
    versions = record["versions"]
    failed = len(env["failed"])
    others = [NAMES.get(one["name"], one["name"]) for one in run.summary["environments"]
              if one is not env]
    older = len(runs) - 1
    if older:
        others.append(f"{older} older run{'s' if older > 1 else ''}")
    return [run.host, run.started[:10] or NONE, NAMES.get(env["name"], env["name"]),
            _by_backend(mine, _worst) if mine else NONE, _verdicts(env),
            size((record.get("stock_pool") or {}).get("bytes")),
            str(versions.get("kernel") or NONE), str(versions.get("xen") or NONE),
            (f"{failed} failed; " if failed else "") + problems.checks_words({"environments": [env]}),
            ", ".join(others) or NONE]


def _by_host(runs):
    """The runs of each host: by its identity, or its name where no record has one."""
    known = {run.host: run.identity for run in runs if run.identity}
    hosts = {}
    for run in runs:
        hosts.setdefault(run.identity or known.get(run.host, run.host), []).append(run)
    return hosts.values()


def table(folder):
    """The fleet's table of all runs in a folder. A run that can't be read is a row that says so."""
    runs, unread = [], []
    try:
        names = sorted(name for name in os.listdir(folder)
                       if os.path.isdir(os.path.join(folder, name)))
    except OSError as error:
        return f"{folder}: {error.strerror}"
    for name in names:
        try:
            runs.append(Run(os.path.join(folder, name), name))
        except run_files.NoRun as error:
            unread.append([name, NONE, NONE, NONE, f"not read: {error}"] + [NONE] * 5)
    rows = [_row(some) for some in _by_host(runs)] + unread
    document = Document(f"Bouncing in {folder}")
    document.add("table", HEAD, rows)
    if not rows:
        document.add("paragraph", "No run lies there.")
    return markdown(document).rstrip()
