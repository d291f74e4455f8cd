#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A run of dmabench goes through its groups: who comes first, what is left out, what ends it. The
module's answers are made up."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../impl/tests"))
from tap import Tap, use  # noqa: E402

use("bench/dmabench", "bench/runner", "analysis")
import errors  # noqa: E402
from front import matrix, measure  # noqa: E402
from front.options import Options  # noqa: E402

tap = Tap()


class Device:
    """A device that notes what is done with it."""

    def __init__(self, far="bounced", refuses=(), broken=()):
        self.far, self.refuses, self.broken = far, refuses, broken
        self.bound, self.order, self.filled = None, [], []

    def attach(self, backend):
        """Binds it."""
        assert self.bound is None
        self.bound = backend
        self.order.append(backend)

    def detach(self):
        """Takes it away."""
        self.bound = None

    def describe(self):
        """What the module says."""
        return {"bdf": "x"}

    def cell(self, line):
        """A cell's result."""
        if any(word in line for word in self.refuses):
            return {"error": measure.NO_MEMORY + " (near) or not (far)"}
        if any(word in line for word in self.broken):
            return {"error": "the test failed"}
        way = "direct" if "near" in line else self.far
        return dict({"served": 1, "direct": 0, "bounced": 0, "translated": 0, "line": line},
                    **{way: 1})


measure.cell = lambda device, line: device.cell(line)
measure.fill = lambda device, line, slots: device.filled.append((line, slots)) or {"line": line}
measure.Progress.step = lambda *_: None


def run(device, words, backends=("stock", "module")):
    """The Run of a command line, measured."""
    options = Options(["--device", "x"] + words)
    one = measure.Run(device, list(backends), options, matrix.groups(options, True), 1000)
    one.all()
    return one


device = Device()
one = run(device, ["--set", "bench", "--rounds", "3"])
asked = [line for group in matrix.groups(Options(["--device", "x", "--set", "bench"]), True)
         for line in group]
SIZES = {512, 1514, 4096, 65536, 262144}
tap.equal([{int(line.split("size=")[1].split()[0]) for line in asked if line.startswith(words)} >= SIZES
           for words in ("test=memcpy", "test=pair")], [True, True],
          "a bench maps and copies a packet, a page and what is larger")
SPLIT = {(size, way, 1) for size in (1514, 4096, 65536) for way in ("to", "from")}


def split_of(lines):
    """{(size, direction, how often)} of the cells that time map and unmap one by one."""
    found = [(int(line.split("size=")[1].split()[0]), line.split("dir=")[1].split()[0])
             for line in lines if line.startswith("test=split") and "reach=far" in line]
    return {(*one, found.count(one)) for one in found}


for group in matrix.groups(Options(["--device", "x", "--set", "bench"]), False)[1:]:
    tap.equal(split_of(group), SPLIT, "map and unmap apart, both ways: " + group[0])
near = [line for line in asked if "mask=64 reach=near" in line]
tap.equal(sorted((line.split()[0], int(line.split("size=")[1].split()[0])) for line in near),
          sorted((f"test={test}", size) for test in ("pair", "split") for size in (1514, 4096, 65536)),
          "what needs no bounce, in the same sizes")
tap.equal([line for line in asked if line.startswith("test=split") and "far" in line
           and "max_fails=8" not in line], [], "what is not served takes no time of a bench")
held = {}
for line in asked:
    percent = line.split()[1] if line.startswith("hold ") else percent if held else None
    if line.startswith("hold "):
        held.setdefault(percent, [])
    elif percent:
        held[percent].append(int(line.split("size=")[1].split()[0]))
tap.equal({name: set(sizes) for name, sizes in held.items()},
          {"percent=50": SIZES, "percent=90": SIZES}, "all of them while the pool is held, too")
groups = len(matrix.groups(Options(["--device", "x", "--set", "bench"]), True))
tap.equal(len(device.order), groups * 3 * 2, "each group is bound once a round and backend")
pairs = list(zip(device.order[::2], device.order[1::2]))
tap.ok(all(set(pair) == {"stock", "module"} for pair in pairs),
       "both backends measure a group one right after the other")
first = [pair[0] for pair in pairs]
tap.equal({"stock", "module"}, set(first), "neither comes always first")
again = Device()
run(again, ["--set", "bench", "--rounds", "3"])
tap.equal(again.order, device.order, "a seed gives its order")
other = Device()
run(other, ["--set", "bench", "--rounds", "3", "--seed", "2"])
tap.ok(other.order != device.order, "another seed another")
rows = {backend: [(row["round"], row["cell"]["line"]) for row in one.rows
                  if row["backend"] == backend] for backend in ("stock", "module")}
tap.equal(rows["stock"], rows["module"], "both measured the same cells")
tap.equal({slots for _, slots in device.filled}, {1000}, "and held a share of the same slots")
held = {row["hold"]["line"] for row in one.rows if row["hold"]}
tap.equal(len(held), 6, "half and nine tenths are held in three layouts")
tap.equal([one.described[backend]["far"] for backend in rows], ["bounced"] * 2,
          "how far memory is mapped is noted")

for far in ("translated", "direct"):
    device = Device(far)
    one = run(device, ["--set", "bench"], ["stock"])
    tap.equal((device.filled, [row for row in one.rows if row["hold"]]), ([], []),
              f"where far memory goes {far} no pool is filled")
    tap.has(" ".join(one.left_out), "no pool is filled", "and that is said")

device = Device(refuses=("reach=far",))
one = run(device, [], ["stock"])
tap.equal(one.described["stock"]["far"], None, "a machine may have no memory that needs bouncing")
tap.ok(one.rows and all("far" not in row["cell"]["line"] for row in one.rows),
       "what wants such memory is left out")
tap.ok(any("reach=far" in what for what in one.left_out), "and told", one.left_out)
try:
    run(Device(broken=("test=coherent",)), [], ["stock"])
    tap.ok(False, "a cell that fails ends the run")
except errors.Failed as error:
    tap.has(str(error), "test=coherent", "a cell that fails ends the run, and is named")

class Paced(Device):
    """One whose memcpy takes longer each time."""
    paces = 0

    def cell(self, line):
        if line != measure.PACE:
            return super().cell(line)
        assert self.bound
        Paced.paces += 10
        return {"ops": [{"median": Paced.paces}]}


options = Options(["--device", "x", "--set", "bench"])
one = measure.Run(Paced(), ["stock", "module"], options, matrix.groups(options, True), 1000, paced=True)
one.all()
blocks = len(matrix.groups(options, True)) * 2
tap.equal(one.paces, [(n, 10 * n) for n in range(1, blocks + 1)],
          "by a clock of time a memcpy tells the pace of each block")
tap.equal([row for row in one.rows if row["cell"].get("line") == measure.PACE or "ops" in row["cell"]], [],
          "and is no row of it")
tap.equal(run(Device(), ["--set", "bench"]).paces, [], "by one that counts instructions there is none")

cold = [line for group in matrix.groups(Options(["--device", "x"]), True) for line in group
        if "walk=" in line]
tap.ok(len(cold) > 3, "by a clock of time there are cells with cold caches")
tap.ok(not any("walk=" in line for group in matrix.groups(Options(["--device", "x"]), False)
               for line in group), "by one that counts instructions there are none")
full = matrix.groups(Options(["--device", "x", "--fullest", "50"]), False)
tap.equal({line.split()[1] for group in full for line in group if line.startswith("hold")},
          {"percent=50"}, "--fullest bounds what is held")
sys.exit(tap.done())
