# SPDX-License-Identifier: GPL-2.0-only
"""Counts, without a load of ours, what the machine's own load maps; the report is the same.

The recipe traces/tracefs/bounces counts the bounces of all devices for some seconds; xswbounce,
where it is built, times the mapping calls meanwhile. Beside that stands what each device moved.
"""

import contextlib
import json
import os
import shlex
import time

import comparison
import cost
import counting
import plan
import process
import progress as progress_file
import record as record_file
from devices import disks, nics
from errors import Failed, GOOD, Refused
from lock import take_lock
from targets import Target, of_disk, tell_modes

import figures

LOAD = "observed"


def _targets(host, left_out):
    """Every disk and card, in use or not."""
    def leave_out(what, why):
        left_out.append((what, why))

    found = [of_disk(host, disk) for disk in disks.find(host, leave_out).values()]
    return found + [Target(host, "peer", [nic.function], [nic.name])
                    for nic in nics.find(host, leave_out).values()]


def _bytes(host, target):
    if target.kind == "disk":
        return cost.disk_bytes(host, target.names[0])
    return cost.net_bytes(host.proc_text("net/dev"), target.names[0])


def _count(run, record, seconds, left_out):
    """Runs the tools. Returns the name of the recipe's raw file."""
    raw = "raw/000-stock-bounces.json"
    recipe = [os.path.join(run.host.checkout, "traces/tracefs/bounces"), "--json", "--seconds",
              str(seconds), "--output", os.path.join(record.work, raw)]
    tool = os.path.join(run.host.checkout, "build/traces/xswbounce")
    errors = os.path.join(record.work, "stderr")
    with contextlib.ExitStack() as stack:
        stderr = stack.enter_context(open(errors, "wb"))
        if os.access(tool, os.X_OK):
            path = os.path.join(record.work, "raw/xswbounce.json")
            stack.enter_context(process.Child(
                ["sh", "-c", 'exec "$0" --json "$1" >"$2"', tool, str(seconds), path]))
        else:
            left_out.append(("time of the calls",
                             "xswbounce is not built: make -C traces/xswbounce"))
        child = stack.enter_context(process.Child(recipe, stderr))
        status = child.wait(time.monotonic() + seconds + 60)
    if status:
        raise Failed("can't count: " + process.last_line(run.host.text(errors, "")))
    return raw


def main(run):
    """Observes. Returns the exit status."""
    options, left_out = run.options, []
    why = counting.why_not(run.machine)
    if why and not options.dry_run:
        raise Refused(f"--observe: {why}")
    targets = _targets(run.host, left_out)
    if not targets:
        raise Refused("--observe: no disk and no card on a PCI device of this machine")
    tell_modes(run.machine, targets, lambda what, why: left_out.append((what, why)))
    names = ", ".join(target.id for target in targets)
    progress_file.say(f"Environment {run.machine.environment}: counts for {options.observe} s what "
                      f"the machine's own load maps, on {names}; loads nothing")
    if options.dry_run:
        return GOOD
    with contextlib.ExitStack() as stack:
        take_lock(stack)
        folder = options.out or os.path.join(
            run.host.checkout, "results",
            record_file.utc("%Y%m%dT%H%M%SZ") + "-" + os.uname().nodename)
        if not run.machine.named:
            comparison.check(folder, run.host)
        record = record_file.Record(folder, run.machine.environment)
        wanted = plan.settings(options, run.machine)._replace(rounds=0, seconds=options.observe)
        record.begin({"command": "bench/run " + " ".join(map(shlex.quote, run.arguments)),
                      "boots": [run.machine.boot_id()]})
        stack.callback(lambda: os.path.isdir(record.work) and record.drop())
        before = {target.id: _bytes(run.host, target) for target in targets}
        raw = _count(run, record, options.observe, left_out)
        for index, target in enumerate(targets):
            after, first = _bytes(run.host, target), before[target.id]
            moved = None if None in (after, first) else after - first
            name = f"raw/{index:03d}-stock-{target.id}-{LOAD}.json"
            record.write(name, {"tool": LOAD, "bytes": moved, "seconds": options.observe})
            record.add({"index": index, "backend": "stock", "kind": "counted", "force": False,
                        "position": None, "device": target.id, "load": LOAD, "ok": True,
                        "figures": {"io_bytes": moved},
                        "counters": {"source": counting.StockCounting.source, "raw": raw},
                        "verified": None, "missing": {
                            "maps": "xswbounce counts them: raw/xswbounce.json",
                            "fails": "stock has no counter of failures"}, "raw": name,
                        "visit": 0, "pair": None, "block": "counts", "boot": 0})
        record.finish(record_file.head(record, run.machine, wanted, targets, left_out, {}))
        if not run.machine.named:
            comparison.write(record.out_dir, run.machine, record.plan["command"], options.set,
                             record.elapsed())
        progress_file.say(figures.table(figures.read_boot(record.result)))
        with open(os.path.join(record.result, raw)) as file:
            progress_file.say(json.load(file)["verdict"])
        progress_file.say(f"Result: {record.result}")
        return GOOD
