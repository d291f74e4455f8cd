# SPDX-License-Identifier: GPL-2.0-only
"""Makes a run's report aside, and moves it into place whole: it is there, or it is not."""
import json
import os
import shutil
import tempfile

import details
import first_screen
import pictures as draw
import single_page
from document import Document, markdown, page
from series import series_of

import raw_files
import run_files
import summary as summary_file


class Refused(Exception):
    """There is no report; the text says why."""


FILES = ("summary.json", "report.md", "report.html")


def _stored_links(run, text):
    """Links to raw files that are stored gzipped lead there."""
    for folder, _, names in os.walk(run):
        for name in names:
            if name.endswith(".gz"):
                path = os.path.relpath(os.path.join(folder, name), run)
                text = text.replace(f'"{path[:-3]}"', f'"{path}"').replace(
                    f"({path[:-3]})", f"({path})")
    return text


def _write(run, read, work, single):
    """All files of a report into a folder. Returns what a terminal is told."""
    summary = summary_file.summarize(read)
    series = series_of(summary)
    pictures = draw.Pictures(work)
    document = Document(first_screen.heads(summary)[0])
    first_screen.write(document, summary, series, pictures)
    ratios = [draw.ratios(pictures, env, series) for env in summary["environments"]]
    details.write(document, summary, series, draw.latencies(pictures, read[2], series),
                  [one for one in ratios if one])
    text = _stored_links(run, page(document, work))
    texts = {"summary.json": json.dumps(summary, indent=1) + "\n",
             "report.md": _stored_links(run, markdown(document)),
             "report.html": single_page.embed((work, run), text) if single else text}
    for name, text in texts.items():
        with open(os.path.join(work, name), "w", encoding="utf-8") as file:
            file.write(text)
    return first_screen.terminal(summary, series)


def _into_place(work, run):
    shutil.rmtree(os.path.join(run, "plots"), ignore_errors=True)
    for name in FILES + ("plots",):
        os.replace(os.path.join(work, name), os.path.join(run, name))


def report(run, single=False):
    """Writes a report into the run's folder. Returns the lines for a terminal. Raises Refused."""
    try:
        read = run_files.read_run(run)
        work = tempfile.mkdtemp(prefix=".report.", dir=run)
    except (run_files.NoRun, raw_files.Damaged) as error:
        raise Refused(str(error))
    except OSError as error:
        raise Refused(f"can't write there: {error.strerror}")
    try:
        lines = _write(run, read, work, single)
        os.chmod(work, 0o755)
        _into_place(work, run)
    except OSError as error:
        raise Refused(f"the report can't be written: {error.strerror}")
    except (draw.NoPlots, run_files.NoRun) as error:
        raise Refused(str(error))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return lines + [os.path.join(run, "report.html")]
