# SPDX-License-Identifier: GPL-2.0-only
"""Reads one raw file, the output of a tool, and takes its figures out of it.

fio: the sum over jobs and directions of bytes, operations and rates; the latency is fio's lat,
from the call to the completion, because a buffer is mapped between the two readings that divide
lat into slat and clat. iperf3: what the receiver got. The suite's own files: packets, data-check.
"""

import gzip
import json
import math
import os
import zlib

# fio's error of data that is not what was written: EILSEQ.
WRONG_DATA = 84
PERCENTILES = (("p50", 0.5), ("p99", 0.99), ("p999", 0.999))
# A percentile stands on this many samples beyond it, or it is not given.
BEYOND = 10


# The figures that raw files tell; run.json tells the others.
TOLD = frozenset(
    ["iops", "bandwidth_bytes_s", "io_bytes", "ios", "runtime_s", "retransmits", "lost_packets",
     "packets", "packets_answered", "jitter_ms"]
    + [f"{kind}_{name}_ns" for kind in ("lat", "slat", "clat") for name, _ in PERCENTILES])


class Damaged(Exception):
    """A raw file that is no whole and valid record; the text says why."""


def _not_a_number(word):
    raise Damaged(f"{word} stands where a number should")


def parse(text):
    """The JSON in a tool's output: fio writes notes before it, which are left out."""
    start = 0 if text.startswith("{") else text.find("\n{") + 1
    if not text.startswith("{", start):
        raise Damaged("no JSON in it" if text.strip() else "it is empty")
    try:
        return json.JSONDecoder(parse_constant=_not_a_number).raw_decode(text, start)[0]
    except ValueError as error:
        raise Damaged(f"damaged or cut short: {error}")


def stored(path):
    """The path under which a file lies: stored results have theirs gzipped."""
    return path + ".gz" if not os.path.exists(path) and os.path.exists(path + ".gz") else path


def text(path):
    """The text of a file, gzipped or not. Raises Damaged."""
    path = stored(path)
    opener = gzip.open if path.endswith(".gz") else open
    try:
        with opener(path, "rt", encoding="utf-8", errors="replace") as file:
            return file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise Damaged(getattr(error, "strerror", None) or str(error))


def read(path):
    """The JSON in a raw file. Raises Damaged."""
    return parse(text(path))


def _jobs(raw):
    """fio's jobs; none in another tool's record. Raises Damaged."""
    jobs = raw.get("jobs", [])
    if not isinstance(jobs, list) or not all(isinstance(job, dict) for job in jobs):
        raise Damaged("not as fio writes it: its jobs are no list of objects")
    return jobs


def _meaning(number):
    """What fio means by the number of an error of the kernel's."""
    if number == WRONG_DATA:
        return "the data is not what was written"
    return os.strerror(number) if isinstance(number, int) else "no number"


def complaint(raw):
    """Why a tool's own record says that it failed; None if it does not. Raises Damaged."""
    if not isinstance(raw, dict):
        return "its JSON is no object"
    if raw.get("error"):
        return str(raw["error"])
    for job in _jobs(raw):
        if job.get("error"):
            number = job["error"]
            return f"fio's error {number} ({_meaning(number)}) in job {job.get('jobname')}"
    if raw.get("verified") is False:
        return "what arrived is not what was sent"
    if not any(key in raw for key in ("jobs", "end", "tool")):
        return "neither fio nor iperf3 wrote it"
    return None


def data_is_wrong(raw):
    """Does a tool's own record say that data is not what was written or sent? A ping without an
    answer is none. Raises Damaged.
    """
    if not isinstance(raw, dict):
        return False
    return raw.get("tool") == "data-check" and raw.get("verified") is False or \
        any(job.get("error") == WRONG_DATA for job in _jobs(raw))


def _sides(raw):
    return [job[side] for job in raw["jobs"] for side in ("read", "write", "trim")
            if job.get(side, {}).get("total_ios")]


def latency_bins(raw, kind="lat"):
    """fio's bins of lat, slat or clat as sorted [(ns, count)], of all jobs and directions."""
    bins = {}
    for side in _sides(raw) if "jobs" in raw else []:
        for name, count in side.get(kind + "_ns", {}).get("bins", {}).items():
            bins[int(name)] = bins.get(int(name), 0) + count
    return sorted(bins.items())


def percentile(bins, share):
    """The least latency that a share of all did not exceed; None with too few beyond it."""
    total = sum(count for _, count in bins)
    if total * (1 - share) < BEYOND:
        return None
    passed = 0
    for value, count in bins:
        passed += count
        if passed >= total * share:
            return value
    return None


def _fio(raw):
    sides = _sides(raw)
    figures = {"iops": sum(side["iops"] for side in sides),
               "bandwidth_bytes_s": sum(side["bw_bytes"] for side in sides),
               "io_bytes": sum(side["io_bytes"] for side in sides),
               "ios": sum(side["total_ios"] for side in sides),
               "runtime_s": max(job["job_runtime"] for job in raw["jobs"]) / 1000}
    for kind in ("lat", "slat", "clat"):
        bins = latency_bins(raw, kind)
        for name, share in PERCENTILES if bins else ():
            figures[f"{kind}_{name}_ns"] = percentile(bins, share)
    return figures


def _iperf3(end):
    # releases that do not sum what was received over UDP have one sum for all
    got = end.get("sum_received") or end["sum"]
    figures = {"bandwidth_bytes_s": got["bits_per_second"] / 8, "io_bytes": got["bytes"],
               "runtime_s": got["seconds"],
               "retransmits": end.get("sum_sent", {}).get("retransmits")}
    for name in ("lost_packets", "packets", "jitter_ms"):
        figures[name] = end.get("sum", {}).get(name)
    return {name: value for name, value in figures.items() if value is not None}


def _told_by(raw):
    if "jobs" in raw:
        return _fio(raw)
    if raw.get("tool") == "packets":
        return {"packets": raw["sent"], "packets_answered": raw["received"]}
    if raw.get("tool") == "data-check":
        return {"io_bytes": raw["bytes"]}
    return _iperf3(raw["end"]) if "end" in raw else {}


def figures(raw):
    """The figures of a raw file that was read, by the names of results/SCHEMA.md. Raises Damaged."""
    try:
        found = _told_by(raw)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise Damaged(f"not as its tool writes it: {error!r}")
    for name, value in found.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))
                                  or not math.isfinite(value)):
            raise Damaged(f"not as its tool writes it: {name} is no number")
    return found
