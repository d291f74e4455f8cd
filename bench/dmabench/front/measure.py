# SPDX-License-Identifier: GPL-2.0-only
"""How the cells of a run are measured, one after another."""

import json
import os
import random
import sys
import time

from . import files
from errors import Failed
from .files import say

NO_MEMORY = "found no memory that the device reaches"
# How fast the machine is just now: a memcpy before each block, of a page as most maps are.
PACE = "test=memcpy size=4096 count=200"
PROBE = "test=pair size=4096 reach={} mask={} count=16 warm=0"


def cell(device, line):
    """One cell: its result as the module gives it."""
    failed = False
    try:
        files.put(f"{device.files}/cell", line)
    except OSError:
        failed = True
    try:
        result = json.loads(files.text(f"{device.files}/cell"))
    except ValueError:
        gone = not os.path.exists(f"{device.files}/cell")
        result = {"error": "interrupted: the device was taken away" if gone else
                           "no result: see dmesg"}
    if failed and "error" not in result:
        result["error"] = "failed"
    return result


def must(device, line):
    """One cell that has to succeed."""
    result = cell(device, line)
    if "error" in result:
        raise Failed(f"cell '{line}': {result['error']}")
    return result


def fill(device, line, slots):
    """Holds mappings. Returns what the module says of them."""
    try:
        files.put(f"{device.files}/hold", f"{line} slots={slots}")
        return json.loads(files.text(f"{device.files}/hold"))
    except (OSError, ValueError):
        try:
            why = json.loads(files.text(f"{device.files}/hold")).get("error", "failed")
        except ValueError:
            why = "failed: see dmesg"
        raise Failed(f"hold '{line}': {why}")


def route(device, reach, mask):
    """How a map of memory that the device reaches (near) or not (far) goes, or None."""
    result = cell(device, PROBE.format(reach, mask))
    if "error" in result or not result["served"]:
        return None
    return max(("direct", "bounced", "translated"), key=lambda word: result[word])


class Progress:
    """How far the run is, on the standard error output."""

    def __init__(self, total):
        self.total, self.done, self.began = total, 0, time.monotonic()

    def step(self, what):
        """One cell more."""
        self.done += 1
        elapsed = int(time.monotonic() - self.began)
        if sys.stderr.isatty():
            left = elapsed * (self.total - self.done) // self.done
            end = "" if self.done < self.total else "\n"
            print(f"\r\033[K{self.done} of {self.total}, {elapsed} s, about {left} s left: {what}",
                  end=end, file=sys.stderr, flush=True)
        elif self.done % 25 == 0 or self.done == self.total:
            say(f"{self.done} of {self.total}, {elapsed} s: {what}")


class Run:
    """A whole run: each round measures all groups, each group with each backend in turn: a block.

    paced: by a clock of time, each block begins with a memcpy, that one of a slower moment shows.
    """

    def __init__(self, device, backends, options, groups, slots, paced=False):
        self.device, self.backends, self.options = device, backends, options
        self.paced, self.paces = paced, []
        self.groups, self.slots = groups, slots
        self.rows, self.left_out, self.described, self.coins = [], [], {}, []
        cells = sum(len(group) for group in groups)
        self.progress = Progress(cells * options.rounds * len(backends))

    def all(self):
        """Measures all. A coin for each round and group says which backend comes first."""
        coin = random.Random(self.options.seed)
        position = 0
        for index in range(self.options.rounds):
            for group in self.groups:
                order = list(self.backends)
                if coin.random() < 0.5:
                    order.reverse()
                for backend in order:
                    position += 1
                    self.device.attach(backend)
                    self._describe(backend)
                    if self.paced:
                        self.paces.append((position, must(self.device, PACE)["ops"][0]["median"]))
                    self._group(group, index, position, backend)
                    self.device.detach()

    def _describe(self, backend):
        if backend in self.described:
            return
        found = self.device.describe()
        found["near"] = route(self.device, "near", 64)
        found["far"] = route(self.device, "far", 32)
        self.described[backend] = found

    def _leave_out(self, what):
        if what not in self.left_out:
            self.left_out.append(what)

    def _group(self, group, index, position, backend):
        held = None
        for line in group:
            self.progress.step(f"{backend} {line}")
            if line.startswith("hold "):
                if self.described[backend]["far"] != "bounced":
                    self._leave_out("held mappings: what this device does not reach is not "
                                    "bounced, so no pool is filled")
                    return
                held = fill(self.device, line[len("hold "):], self.slots)
                continue
            result = cell(self.device, line)
            if NO_MEMORY in result.get("error", ""):
                self._leave_out(line)
                continue
            if "error" in result:
                raise Failed(f"cell '{line}': {result['error']}")
            self.rows.append({"round": index, "position": position, "backend": backend,
                              "hold": held, "cell": result})
