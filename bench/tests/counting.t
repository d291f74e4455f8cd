#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What can't be counted is null and says why: no tracefs, lockdown, a domain whose DMA goes to wrong
memory, a recipe's file that is cut."""

import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import CHECKOUT, Tap, use  # noqa: E402

use("bench/runner", "analysis")
import counting  # noqa: E402
import host as host_file  # noqa: E402
import machine as machine_file  # noqa: E402
import rounds as round_files  # noqa: E402

tap = Tap()


def write(path, text):
    """A file, and its folders."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


class Record:
    """Where raw files are."""

    def __init__(self, work):
        self.work = work


def counters(machine, work, raw, **counts):
    """(counters, missing) of a round on stock whose recipe left a text."""
    write(os.path.join(work, "raw/b.json"), raw)
    rounds = round_files.Rounds.__new__(round_files.Rounds)
    rounds.machine, rounds.record = machine, Record(work)
    one = {"missing": {}, "counters": dict(counts, source=counting.StockCounting.source,
                                           raw="raw/b.json")}
    rounds._missing_counts(one)
    return one["counters"], one["missing"]


with tempfile.TemporaryDirectory() as fake:
    environ = {"XSW_SYSFS": fake + "/sys", "XSW_PROC": fake + "/proc", "XSW_DEV": fake + "/dev"}
    host = host_file.Host(CHECKOUT, environ)
    native = machine_file.Machine(host, {})
    counting.TRACEFS = fake + "/tracing"
    tap.has(counting.why_not(native), "mount -t tracefs", "no tracefs is told")
    enable = fake + "/tracing/events/swiotlb/swiotlb_bounced/enable"
    os.makedirs(fake + "/tracing/events")
    tap.has(counting.why_not(native), "no trace event swiotlb_bounced", "no event is told")
    os.makedirs(enable)  # a folder can't be read, like a file under lockdown
    write(fake + "/sys/kernel/security/lockdown", "none integrity [confidentiality]\n")
    tap.has(counting.why_not(native), "lockdown is 'confidentiality'", "lockdown is named")
    os.makedirs(fake + "/tracing/events/swiotlb/enable")
    tap.equal(counting.tracing_left_on(), None, "what can't be read is not said to be enabled")
    os.rmdir(enable)
    write(enable, "0\n")
    tap.equal(counting.why_not(native), None, "where it can be read bounces can be counted")
    os.rmdir(fake + "/tracing/events/swiotlb/enable")
    write(fake + "/tracing/events/swiotlb/enable", "0\n")
    tap.equal(counting.tracing_left_on(), None, "events that are off are no trouble")
    for value in ("1", "X"):
        write(fake + "/tracing/events/swiotlb/enable", value + "\n")
        tap.has(counting.tracing_left_on(), "echo 0 >" + fake, f"events left on ({value}) are")

    good = json.dumps({"devices": [], "dropped": 0})
    got, missing = counters(native, fake, good, maps=5)
    tap.equal((got["raw"], "bounces" in missing), ("raw/b.json", False), "none is none natively")
    got, missing = counters(native, fake, good[:10], maps=5)
    tap.equal((got["raw"], missing["bounces"][:18]), (None, "the recipe's file:"),
              "a recipe's file that is cut is told")
    got, missing = counters(native, fake, good, maps=None, map_lists=3)
    tap.has(missing["maps"], "maps lists of pages", "lists of pages have no sum")
    large = json.dumps({"devices": [{"device": "x", "too_large": {"attempts": 20}}],
                        "full_lines": 3, "dropped": 0})
    got, missing = counters(native, fake, large, maps=5)
    tap.has(missing["fails"], "20 attempts of more than 256 KiB failed", "large attempts are told")
    tap.has(missing["bounces"], "too high: attempts that failed for want of room",
            "so is a count in which failed ones are")
    wrong = json.dumps({"devices": [], "dropped": 0, "verdict": "DMA may go to wrong memory: why."})
    got, missing = counters(native, fake, wrong, maps=5)
    tap.equal((got["bounces"], got["raw"], missing["bounces"]),
              (None, None, "DMA may go to wrong memory: why."),
              "a domain without swiotlb-xen has no zero")
    write(fake + "/sys/hypervisor/type", "xen\n")
    nothing = json.dumps({"devices": [], "dropped": 0, "verdict": "Nothing to bounce: why."})
    for kind in ("HVM", "PVH"):
        write(fake + "/sys/hypervisor/guest_type", kind + "\n")
        for said in (good, nothing):
            got, missing = counters(machine_file.Machine(host, {}), fake, said, maps=5)
            tap.equal((got["raw"], "bounces" in missing), ("raw/b.json", False),
                      f"in {kind} guests none is none")
sys.exit(tap.done())
