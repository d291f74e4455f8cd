# SPDX-License-Identifier: GPL-2.0-only
"""A row a host, as Markdown: how much bounces, what is told of it, the pool, the versions."""
import os

import answer
from document import Document, markdown
from quantities import NONE, percent, size
from series import series_of

import run_files
import summary as summary_file


def _pool(series):
    record = series.env["record"] or {}
    return size((record.get("stock_pool") or {}).get("bytes"))


def _rows(folder, name):
    """The rows of one run: its Xen environments, or its others where it has none."""
    summary = summary_file.summarize(run_files.read_run(folder))
    host = (summary["bench"] or {}).get("host") or name
    series = series_of(summary)
    shown = [one for one in series if one.env["name"].startswith("xen")] or series
    for one in shown:
        shares = [share["share"] for share in one.env["shares"]
                  if share["backend"] == one.backend and share["share"] is not None]
        versions = (one.env["record"] or {"versions": {}})["versions"]
        primaries = [pair for pair in one.env["pairs"]
                     if pair["primary"] and pair["backend"] == one.backend]
        words = {pair["verdict"]: sum(other["verdict"] == pair["verdict"] for other in primaries)
                 for pair in primaries}
        said = ", ".join(f"{n} {word}" for word, n in words.items()) or (
            "emulated" if one.env["emulated"] else NONE)
        failed = len(one.env["failed"])
        yield [host, one.label, percent(max(shares)) if shares else NONE, said,
               _pool(one), str(versions.get("kernel") or NONE), str(versions.get("xen") or NONE),
               f"{failed} failed rounds" if failed else answer.checks_words(
                   {"environments": [one.env]})]


def table(folder):
    """The fleet's table of all runs in a folder. A run that can't be read is a row that says so."""
    rows = []
    try:
        names = sorted(name for name in os.listdir(folder)
                       if os.path.isdir(os.path.join(folder, name)))
    except OSError as error:
        return f"{folder}: {error.strerror}"
    for name in names:
        try:
            rows += _rows(os.path.join(folder, name), name)
        except run_files.NoRun as error:
            rows.append([name, NONE, NONE, f"not read: {error}"] + [NONE] * 4)
    document = Document(f"Bouncing in {folder}")
    document.add("table", ["Host", "Environment", ">Bounced, worst device", "Module by stock",
                           ">Stock's pool", "Kernel", "Xen", "Rounds"], rows)
    if not rows:
        document.add("paragraph", "No run lies there.")
    return markdown(document).rstrip()
