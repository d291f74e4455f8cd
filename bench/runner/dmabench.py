# SPDX-License-Identifier: GPL-2.0-only
"""The DMA API itself, timed by dmabench on one function of a device that is named for the module.

dmabench takes the function from its driver, measures stock and module in turns and gives it back.
While it does, the device counts as moved to the module: however the run ends, it is taken from
dmabench, detached, and bound to its driver again.
"""

import os
import shutil
import time

import process
from backend import module_file
from devices import pci


def choose(finder, machine):
    """The Lender of a run: of what may move, the last card, else a disk; None without one."""
    lender = None
    for target in finder.targets:
        if target.module and (lender is None or target.kind == "pair"):
            lender = target
    if "dmabench" in finder.options.leave_out:
        finder.leave_out("dmabench", "left out as asked (--leave-out)")
    elif lender is None:
        finder.leave_out("dmabench", "needs a device that is named for the module (--try-module)")
    elif not module_file(finder.host.checkout, "dmabench"):
        finder.leave_out("dmabench", f"not built for kernel {os.uname().release}: "
                                     "make -C bench/dmabench module")
    else:
        return Lender(finder.host, lender, machine.emulated)
    return None


class Lender:
    """The step that times the DMA API."""

    def __init__(self, host, target, emulated):
        self.host, self.target = host, target
        self.function = target.functions[-1]
        # held mappings fill the stock pool, which devices not measured here bounce in too
        self.fullest = 90 if emulated else 50
        self.lent = False
        self.was_loaded = os.path.isdir("/sys/module/dmabench")

    def text(self):
        """The step in words."""
        return f"time the DMA API at {self.function}: dmabench, stock and module"

    def plan_line(self):
        """What the plan says of it."""
        return (f"Times the DMA API itself (dmabench) at {self.function}: stock and module; fills "
                f"the pools up to {self.fullest} %")

    @staticmethod
    def tenths(wanted):
        """The expected tenths of a second."""
        return (25 if wanted.emulated else 5) * 4 * (wanted.rounds + 1)

    def run(self, record, wanted, backends):
        """Runs it. Returns (the object "dmabench" of the record or None, why it failed or None)."""
        folder, raw = os.path.join(record.work, "dmabench"), "raw/dmabench.json"
        path = os.path.join(folder, "dmabench.json")
        errors = os.path.join(record.work, "stderr")
        self.lent = True
        backends.touch(self.target, "module")
        command = [os.path.join(self.host.checkout, "bench/dmabench/dmabench"), "--device",
                   self.function, "--unbind", "--backend", "both", "--set", "bench", "--rounds",
                   str(max(wanted.rounds, 1)), "--seed", str(wanted.seed), "--fullest", str(self.fullest),
                   "--out", folder]
        with open(errors, "wb") as stderr, process.Child(command, stderr) as child:
            status = child.wait(time.monotonic() + 60 + max(wanted.rounds, 1) * 90)
        why = None
        whole = os.path.exists(path) and os.path.getsize(path) > 0
        if status is None:
            why = f"dmabench at {self.function} failed: it hung"
        elif status or not whole:
            ended = f"status {status if status >= 0 else 128 - status}"
            why = (f"dmabench at {self.function} failed, {ended}: "
                   f"{process.last_line(self.host.text(errors, ''))}")
        found = None
        if whole:
            os.replace(path, os.path.join(record.work, raw))
            table = os.path.join(folder, "dmabench.txt")
            if os.path.exists(table):
                os.replace(table, os.path.join(record.work, "raw", "dmabench.txt"))
            found = {"device": self.function, "target": self.target.id, "ok": why is None,
                     "raw": raw}
        shutil.rmtree(folder, ignore_errors=True)
        return found, why

    def release(self):
        """What dmabench itself has not put back, when it could not."""
        if not self.lent:
            return
        take_back(self.host, self.function, unload=not self.was_loaded)
        self.lent = False


def take_back(host, address, unload):
    """Takes a function from dmabench, so that it may bind to its driver."""
    function = pci.Function(host, address)
    if function.driver == "dmabench":
        function.unbind()
    if host.text(os.path.join(function.path, "driver_override")) == "dmabench":
        function.override(None)
    if unload and os.path.isdir("/sys/module/dmabench"):
        process.output(["rmmod", "dmabench"])
