# SPDX-License-Identifier: GPL-2.0-only
"""The record of a run: its folder, each round at once as a line, and run.json in the end.

All is written into ENVIRONMENT.partial, which is renamed when it is whole: a half result never
bears the name of a result. plan.json says what was planned, so that another runner can go on.
"""

import errno
import json
import os
import re
import shutil
import time

import boots
import machine as machine_file
from errors import Failed, Refused

LEAST_FREE = 64 << 20
# What a round may write, and a run's last words.
ROUND_FREE = 4 << 20


def utc(form="%Y-%m-%dT%H:%M:%SZ", when=None):
    """Now, or another time, in UTC."""
    return time.strftime(form, time.gmtime(when))


def identity(machine, versions):
    """What must be the same when a run is taken up."""
    host = machine.host
    return {"machine": host.text("/etc/machine-id", "") + "/" + os.uname().nodename,
            "cpus": os.cpu_count(), "environment": machine.environment,
            "versions": {name: value for name, value in versions.items() if name != "module"}}


def partial_of(run):
    """The folder of the half result in a run's folder. Raises Refused."""
    if run.rstrip("/").endswith(".partial"):
        return run.rstrip("/")
    try:
        names = sorted(name for name in os.listdir(run) if name.endswith(".partial"))
    except OSError as error:
        raise Refused(f"--resume {run}: {error.strerror}")
    if not names:
        raise Refused(f"--resume {run}: no run that was ended lies there")
    if len(names) > 1:
        raise Refused(f"--resume {run}: several runs lie there: name one of {' '.join(names)}")
    return os.path.join(run, names[0])


def read_plan(partial):
    """The plan of a half result. Raises Refused."""
    try:
        with open(os.path.join(partial, "plan.json")) as file:
            plan = json.load(file)
        if plan["kind"] == "swiotlb-xen-plan":
            return plan
    except (OSError, ValueError, KeyError):
        pass
    raise Refused(f"--resume {partial}: it has no plan: not a run that was ended")


class Record:
    """A run's folder while it is measured."""

    def __init__(self, folder, environment):
        self.out_dir = folder
        self.result = os.path.join(folder, environment)
        self.work = self.result + ".partial"
        self.rounds, self.discarded, self.errors = [], [], []
        self.plan = None
        self.before = None  # the record of boots that this one goes beside
        self.started = time.time()

    def elapsed(self):
        """Seconds since it began."""
        return int(time.time() - self.started)

    def begin(self, plan):
        """Makes the folder and writes the plan. Raises Refused or Failed."""
        if os.path.exists(self.result) and not self.before:
            raise Refused(f"{self.result} exists: choose another --out")
        if self.kept():
            raise Refused(f"{self.work} has rounds of a run that was ended: take it up with "
                          f"--resume {self.out_dir}, or remove it")
        shutil.rmtree(self.work, ignore_errors=True)
        try:
            os.makedirs(os.path.join(self.work, "raw"))
        except OSError as error:
            raise Refused(f"can't write to {self.out_dir}: {error.strerror}")
        self.plan = plan
        self.write("plan.json", plan)
        if self.free() < LEAST_FREE:
            raise Failed(f"less than 64 MiB free in {self.out_dir}: make room or choose another "
                         "--out")

    def take_up(self, plan):
        """Goes on with a run: reads the rounds that it has."""
        self.plan, self.started = plan, plan["started"]
        with open(os.path.join(self.work, "rounds.jsonl")) as file:
            for line in file:
                try:
                    one = json.loads(line)
                except ValueError:
                    continue  # the last line, cut
                (self.discarded if one.get("discarded") else self.rounds).append(one)
        self.errors = [failure(one) for one in self.rounds
                       if not one["ok"] and not one["finding"]]

    def known(self):
        """All rounds that are numbered: those of the boots before, too."""
        before = self.before or {"rounds": [], "discarded": []}
        return before["rounds"] + before["discarded"] + self.rounds + self.discarded

    def kept(self):
        """Has the half result a round that is worth keeping?"""
        path = os.path.join(self.work, "rounds.jsonl")
        return os.path.exists(path) and os.path.getsize(path) > 0

    def free(self):
        """Bytes free for the result."""
        found = os.statvfs(self.work)
        return found.f_bavail * found.f_frsize

    def check_room(self):
        """Raises Failed when there is no room for another round."""
        if self.free() < ROUND_FREE:
            raise Failed(f"no room in {self.out_dir}: make some, then go on with --resume")

    def write(self, name, value):
        """Writes a file of JSON, whole or not at all."""
        path = os.path.join(self.work, name)
        try:
            with open(path + ".new", "w") as file:
                json.dump(value, file, indent=1)
                file.write("\n")
            os.replace(path + ".new", path)
        except OSError as error:
            raise self.no_room(error)

    @staticmethod
    def no_room(error):
        """A Failed for an error of writing."""
        if error.errno == errno.ENOSPC:
            return Failed("no room for the record: make some, then go on with --resume")
        return Failed(f"can't write the record: {error.strerror}")

    def add(self, one):
        """A round, at once."""
        (self.discarded if one.get("discarded") else self.rounds).append(one)
        try:
            with open(os.path.join(self.work, "rounds.jsonl"), "a") as file:
                file.write(json.dumps(one) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self.no_room(error)

    def finish(self, head):
        """Joins all parts, and gives the folder its name."""
        value = dict(head, rounds=self.rounds, discarded=self.discarded, ok=not self.errors,
                     errors=self.errors)
        if self.before:
            try:
                boots.add(self.work, self.result, boots.joined(self.before, value))
            except OSError as error:
                raise self.no_room(error)
            return
        self.write("run.json", value)
        for name in ("rounds.jsonl", "plan.json", "state.json", "stderr", "cycles"):
            path = os.path.join(self.work, name)
            if os.path.exists(path):
                os.unlink(path)
        shutil.rmtree(os.path.join(self.work, "xentime"), ignore_errors=True)
        os.rename(self.work, self.result)

    def drop(self):
        """Removes a half result that has no round."""
        shutil.rmtree(self.work, ignore_errors=True)
        try:
            os.rmdir(self.out_dir)
        except OSError:
            pass

    def state(self, **what):
        """Notes what a runner that is killed would leave behind."""
        path = os.path.join(self.work, "state.json")
        known = {}
        if os.path.exists(path):
            with open(path) as file:
                known = json.load(file)
        self.write("state.json", dict(known, **what))


def failure(one):
    """A round that failed, in words."""
    return (f"round {one['index']} ({one['device']} {one['load']} on {one['backend']}) failed: "
            f"{one['why']}")


def run_name(folder, started):
    """The run's name: its folder's, where that is a time and a host."""
    name = os.path.basename(folder.rstrip("/"))
    if re.match(r"[0-9]{8}T[0-9]{6}Z-", name):
        return name
    return utc("%Y%m%dT%H%M%SZ", started) + "-" + os.uname().nodename


def device_entries(targets):
    """The list "devices" of the record."""
    entries = []
    for target in targets:
        for function, name in zip(target.functions, target.names):
            disk = target.kind == "disk"
            entries.append({
                "id": name, "target": target.id, "bdf": function, "driver": target.driver,
                "role": "disk" if disk else "nic", "node": "/dev/" + name if disk else name,
                "dma_mask_bits": target.mask or None, "writable": target.writable,
                "serial": target.serial or None, "peer": target.peer and target.peer.host,
                "settings": target.settings})
    return entries


def head(record, machine, wanted, targets, left_out, extras):
    """All of run.json but its rounds."""
    value = {
        "schema": 1, "kind": "swiotlb-xen-run",
        "run": run_name(record.out_dir, record.started), "environment": machine.environment,
        "emulated": machine.emulated, "started": utc(when=record.started),
        "elapsed_s": record.elapsed(), "command": record.plan["command"],
        "set": wanted.set, "seed": wanted.seed, "timed_rounds": wanted.rounds,
        "timed_s": wanted.seconds, "precision_percent": wanted.precision,
        "boots": record.plan["boots"], "machine": machine.describe(),
        "versions": machine_file.versions(machine), "stock_pool": machine.stock_pool(),
        "devices": device_entries(targets),
        "left_out": [{"what": what, "why": why} for what, why in left_out],
        "dmabench": None, "exchange_totals": {}}
    value.update(extras)
    return value
