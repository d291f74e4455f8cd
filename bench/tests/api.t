#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The step that times the DMA API: what it asks dmabench for, and what it makes of its end. The
program itself is played by a script."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import Tap, use  # noqa: E402

use("bench/runner", "analysis")
import dmabench  # noqa: E402
import host as host_file  # noqa: E402
import options as option_files  # noqa: E402
import plan  # noqa: E402
import resume  # noqa: E402

tap = Tap()

SCRIPT = """#!/bin/sh
echo "$*" >"{folder}/asked"
while [ $# -gt 1 ]; do [ "$1" = --out ] && out=$2; shift; done
mkdir -p "$out"
echo '{{"device":{{"stock":{{"bdf":"dmabench-none"}}}}}}' >"$out/dmabench.json"
echo table >"$out/dmabench.txt"
{end}
"""


def place(device):
    """The address of a function that no machine has."""
    return f"0000:{0xfa:02x}:{device:02x}.0"


class Record:
    """Where raw files go."""

    def __init__(self, work):
        self.work = work
        os.makedirs(work + "/raw", exist_ok=True)


class Backends:
    """Notes what is said to be on the module."""

    def __init__(self):
        self.touched = []

    def touch(self, target, backend):
        """Notes it."""
        self.touched.append((target.id, backend))


class Machine:
    """A machine that is none: in Xen, or without it."""
    emulated = False

    def __init__(self, xen=True, iommu="none"):
        self.xen, self.iommu = xen, iommu

    def refuses_module(self):
        """Why the module can't work there."""
        return None if self.xen else "no Xen"


class Target:
    """A pair of cards that is named for the module and spare; module: can it work there?"""
    id, kind, spare, functions = "eth0", "pair", True, [place(1), place(2)]

    def __init__(self, module=True):
        self.module = module


class Finder:
    """What was found, and asked for."""

    def __init__(self, host, words, targets=()):
        self.host, self.targets, self.left_out = host, targets, []
        self.options = option_files.parse(words)

    def leave_out(self, what, why):
        """Notes it."""
        self.left_out.append(why)


with tempfile.TemporaryDirectory() as work:
    host = host_file.Host(work, {"XSW_SYSFS": work + "/sys"})
    program = work + "/bench/dmabench/dmabench"
    module = f"{work}/build/modules/{os.uname().release}/dmabench.ko"
    for path in (program, module):
        os.makedirs(os.path.dirname(path))
    open(module, "w").close()

    def play(end):
        """The program, with what it does at its end."""
        with open(program, "w") as file:
            file.write(SCRIPT.format(folder=work, end=end))
        os.chmod(program, 0o755)

    def measure(words, targets=(), xen=True):
        """(found, why, what was asked for, what was touched) of a run."""
        lender = dmabench.choose(Finder(host, words, targets), Machine(xen))
        backends, record = Backends(), Record(work + "/run")
        found, why = lender.run(record, plan.Settings("quick", 3, 1, 7, False), backends)
        lender.release()
        with open(work + "/asked") as file:
            return found, why, file.read(), backends.touched

    play("exit 0")
    found, why, asked, touched = measure(["--time-api", "none"])
    tap.equal((why, found), (None, {"device": "dmabench-none", "target": None, "ok": True,
                                    "raw": "raw/dmabench.json"}), "no hardware is timed")
    tap.has(asked, "--device none --unbind --backend stock --set bench --rounds 3 --seed 7",
            "on stock alone, as often as loads are, with the seed of the run")
    tap.has(asked, "--fullest 50", "half of the pool is left to others")
    tap.equal(touched, [], "nothing counts as moved")
    tap.ok(os.path.exists(work + "/run/raw/dmabench.txt"), "its table is kept")
    found, why, asked, touched = measure([], [Target()])
    tap.has(asked, f"--device {place(2)} --unbind --backend both",
            "a device that is named for the module is timed on both")
    tap.equal((found["target"], touched), ("eth0", [("eth0", "module")]), "and counts as moved")
    for words, function, name in (
            ([], place(2), "named for the module"), (["--time-api", "none"], place(2), "with none"),
            (["--time-api", place(1)], place(1), "with a function of it")):
        found, why, asked, touched = measure(words, [Target()])
        tap.has(asked, f"--device {function} --unbind --backend both",
                f"in Xen both backends have a path: a device {name}")
    found, why, asked, touched = measure(["--time-api", place(7)], [Target()])
    tap.has(asked, f"--device {place(7)} --unbind --backend stock",
            "in Xen, too, another that is named goes before, on stock alone")
    tap.equal(touched, [], "and the device stays where it is")
    for words, function, name in (
            ([], place(2), "it is timed on stock"),
            (["--time-api", "none"], place(2), "rather than no hardware, before which is no IOMMU"),
            (["--time-api", place(1)], place(1), "by its function that is named"),
            (["--time-api", place(7)], place(7), "but another that is named goes before")):
        found, why, asked, touched = measure(words, [Target(module=False)], xen=False)
        tap.has(asked, f"--device {function} --unbind --backend stock",
                f"without Xen a device is named for the module: {name}")
        tap.equal(touched, [] if function == place(7) else [("eth0", "stock")],
                  "and goes back to its driver")

    play("echo 'dmabench: no pool' >&2; exit 1")
    found, why, _, _ = measure(["--time-api", "none"])
    tap.has(why, "dmabench on no hardware failed, status 1: dmabench: no pool", "its error is told")
    tap.equal(found["ok"], False, "and what it left is kept")
    finder = Finder(host, [])
    tap.equal(dmabench.choose(finder, Machine()), None, "without a device nothing is timed")
    tap.has(finder.left_out[0], "API=none", "and the word for it is said")
    finder = Finder(host, ["--time-api", "none"])
    dmabench.choose(finder, Machine())
    tap.has(" ".join(finder.left_out), "MODULE=DEVICE", "in Xen that for the module's path, too")
    finder = Finder(host, ["--time-api", "none"])
    dmabench.choose(finder, Machine(xen=False))
    tap.equal(finder.left_out, [], "without Xen the module has none")
    finder = Finder(host, ["--time-api", "none"])
    dmabench.choose(finder, Machine(xen=False, iommu="strict"))
    tap.has(" ".join(finder.left_out), "API=spare-nic", "no hardware tells nothing of an IOMMU")
    finder = Finder(host, ["--time-api", "none"], [Target(module=False)])
    dmabench.choose(finder, Machine(xen=False, iommu="strict"))
    tap.equal(finder.left_out, [], "but a device that is named does")

    # What a runner that was killed left with dmabench: a function that no target of the run has.
    address, bus = place(7), work + "/sys/bus/pci"
    os.makedirs(f"{bus}/drivers/dmabench")
    os.makedirs(f"{bus}/devices/{address}")
    os.symlink(f"{bus}/devices/{address}", f"{bus}/drivers/dmabench/{address}")
    os.symlink(f"{bus}/drivers/dmabench", f"{bus}/devices/{address}/driver")
    for path, text in (("drivers/dmabench/unbind", ""), ("drivers_probe", ""),
                       (f"devices/{address}/driver_override", "dmabench\n")):
        with open(f"{bus}/{path}", "w") as file:
            file.write(text)
    resume.spaces.release = lambda: None
    resume.recover(host, {"targets": []}, work)

    def written(path):
        """What a file of the bus was told."""
        with open(f"{bus}/{path}") as file:
            return file.read().strip()

    tap.equal((written("drivers/dmabench/unbind"), written(f"devices/{address}/driver_override"),
               written("drivers_probe")), (address, "", address),
              "what a killed run left with dmabench goes back to its driver")
sys.exit(tap.done())
