# SPDX-License-Identifier: GPL-2.0-only
"""The loads: each is one file, and its comment lines '# xsw:' say where it belongs.

    # xsw: timed wide=quick,full narrow=full     on disks of more than 32 bits, and of 32
    # xsw: counted wide=full bytes=2m            a counted round moves so much (narrow: half)
    # xsw: timed pair=quick,full                 across a pair of cards; peer: to a peer
    # xsw: counted pair=full,host                in the quick set of a machine that is not emulated, too:
                                                 its times tell, and what is counted explains them
    # xsw: sampled wide=quick,full               perf looks where the CPUs are, in a round of its own
    # xsw: before wide=full                      once before the first timed write, discarded
    # xsw: checks                                its good end says that the data was right
    # xsw: rated                                 at a rate that both backends can serve
    # xsw: needs busybox                         left out where this command is not

A fio job writes when its rw= says so; such a load is for disks that may be written to.
"""

import os
import re
import shutil

import process
from errors import Refused

UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20}


class Load:
    """One load, as its file describes it."""

    def __init__(self, path):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.fio = path.endswith(".fio")
        self.sets = {"timed": {}, "counted": {}, "sampled": {}, "before": {}}
        self.bytes = 8 << 20
        self.checks = self.rated = False
        self.needs = []
        with open(path) as file:
            self.text = file.read()
        kinds = re.findall(r"^\s*(?:rw|readwrite)\s*=\s*(\w+)", self.text, re.M)
        self.writes = self.fio and any(kind not in ("read", "randread") for kind in kinds)
        for line in re.findall(r"^# xsw: (.*)$", self.text, re.M):
            self._take(line.split())

    def _take(self, words):
        if words[0] == "checks":
            self.checks = True
        elif words[0] == "rated":
            self.rated = True
        elif words[0] == "needs":
            self.needs += words[1:]
        elif words[0] in self.sets:
            for word in words[1:]:
                name, _, value = word.partition("=")
                if name == "bytes":
                    number, unit = re.match(r"(\d+)([km]?)$", value).groups()
                    self.bytes = int(number) * UNITS[unit]
                else:
                    self.sets[words[0]][name] = value.split(",")

    def belongs(self, kind, place, size):
        """Is it one of the loads of this kind of a place (wide, narrow, pair, peer)?"""
        return size in self.sets[kind].get(place, ())


def _check_job(load):
    """A job of the user's loads only the disk that it is given. Raises Refused."""
    names = re.findall(r"^\s*filename\s*=\s*(\S+)", load.text, re.M)
    if not names or any(name != "${XSW_NODE}" for name in names):
        raise Refused(f"--job {load.path}: wants filename=${{XSW_NODE}}, and no other filename")
    env = dict(os.environ, XSW_NODE="/dev/null", XSW_BYTES="1m", XSW_TIMED="1", XSW_SECONDS="1",
               XSW_SEED="1", XSW_RAMP="0", XSW_RATE="1")
    status, text = process.output(["fio", "--parse-only", load.path], env=env, both=True)
    if status:
        raise Refused(f"--job {load.path}: fio refuses it: {process.last_line(text)}")


def find(checkout, jobs=()):
    """All Loads: the suite's by name, then the jobs that were named. Raises Refused."""
    found = []
    for folder in ("storage", "network"):
        path = os.path.join(checkout, "bench", folder)
        for name in sorted(os.listdir(path)):
            load = Load(os.path.join(path, name))
            if any(load.sets.values()) and all(map(shutil.which, load.needs)):
                found.append(load)
    for path in jobs:
        if not os.path.isfile(path):
            raise Refused(f"--job {path}: no such file")
        load = Load(os.path.abspath(path))
        if any(load.name == other.name for other in found):
            raise Refused(f"--job {path}: there is a load '{load.name}' already: rename it")
        if not re.match(r"[A-Za-z0-9._-]+$", load.name):
            raise Refused(f"--job {path}: its name wants letters, digits, dots and dashes only")
        load.fio = True
        _check_job(load)
        if not any(load.sets.values()):
            load.sets["timed"] = {"wide": ["quick", "full"], "narrow": ["quick", "full"]}
        found.append(load)
    return found


def of_target(loads, target, kind, size):
    """The loads of a target, reads before writes."""
    place = target.kind if target.kind != "disk" else "wide" if target.wide else "narrow"
    chosen = [load for load in loads if load.belongs(kind, place, size) and
              (target.writable or not load.writes)]
    return sorted(chosen, key=lambda load: (load.writes, load.checks))
