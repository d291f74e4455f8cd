# SPDX-License-Identifier: GPL-2.0-only
"""The DMA API itself, timed by dmabench: stock and module in turns on one function of a device that
is named for the module; stock alone where the module can't work. What --time-api names goes before
that: on stock alone, where it is no function of such a device. So one command times one function in
each boot of a host.

dmabench takes the function from its driver and gives it back. While it measures the module, the
device counts as moved to it: however the run ends, it is taken from dmabench, detached, and bound
to its driver again.
"""

import json
import os
import shutil
import time

import process
from backend import module_file
from devices import pci


ON_MODULE = "dmabench on the module"


def _target(finder):
    """Of the targets that are named for the module and spare: that of the function that --time-api
    names, else the last pair of cards, else a disk; None without one.
    """
    found = None
    for target in finder.targets:
        if target.spare and finder.options.time_api in target.functions:
            return target
        if target.spare and (found is None or target.kind == "pair"):
            found = target
    return found


def holder(finder, machine):
    """The Lender of what holds the pool while others are loaded: a function of what may move, or
    what --time-api names, which holds stock's alone. None where nothing would bounce, where nothing
    can hold, or where nothing was named: a pool that is in use is not filled unasked.
    """
    target = _target(finder)
    named = finder.options.time_api or ("none" if machine.emulated else None)
    if "held" in finder.options.leave_out or machine.iommu in ("strict", "lazy") or \
            machine.guest_type not in (None, "PV") or not (target or named):
        return None
    if not module_file(finder.host.checkout, "dmabench"):
        finder.leave_out("loads while the pool is held", "dmabench is not built: make -C "
                         "bench/dmabench module")
        return None
    return Lender(finder.host, target.functions[-1] if target else named, target,
                  machine.emulated)


def choose(finder, machine):
    """The Lender of a run: what --time-api names, or a function of what may move; None without
    one.
    """
    named, target = finder.options.time_api, _target(finder)
    if "dmabench" in finder.options.leave_out:
        finder.leave_out("dmabench", "left out as asked (--leave-out)")
    elif target is None and not named:
        finder.leave_out("dmabench", "no device was named that it may take: MODULE=DEVICE or all "
                                     "(--try-module), or API=none (--time-api)")
    elif not module_file(finder.host.checkout, "dmabench"):
        finder.leave_out("dmabench", f"not built for kernel {os.uname().release}: "
                                     "make -C bench/dmabench module")
    else:
        # 'none' lies behind no IOMMU and the module does not serve it: a device goes before it;
        # any other function that is named is the one, in each boot of a host
        if target and (named in (None, "none") or named in target.functions):
            return Lender(finder.host, named if named in target.functions else
                          target.functions[-1], target, machine.emulated)
        if target and target.module:
            finder.leave_out(ON_MODULE, f"API={named} (--time-api) is of no device that was named "
                                        "for it: leave it out, or MODULE= that device")
        elif not machine.refuses_module():
            finder.leave_out(ON_MODULE, "no device was named for it: MODULE=DEVICE or all "
                                        "(--try-module)")
        if named == "none" and machine.iommu in ("strict", "lazy"):
            finder.leave_out("dmabench behind the IOMMU", "it is timed on no hardware, before which "
                             "is none: MODULE=DEVICE or API=spare-nic or an address")
        return Lender(finder.host, named, None, machine.emulated)
    return None


class Lender:
    """The step that times the DMA API on a device as dmabench names it; target: the Target that it
    belongs to, if that was named for the module.
    """

    def __init__(self, host, device, target, emulated):
        self.host, self.device, self.target = host, device, target
        self.both = bool(target and target.module)
        self.backends = "stock and module" if self.both else "stock"
        self.where = "on no hardware" if device == "none" else f"at {device}"
        # held mappings fill the stock pool, which devices not measured here bounce in too
        self.fullest = 90 if emulated else 50
        self.fills = (50, 90) if emulated else (50,)
        self.lent = False
        self.was_loaded = os.path.isdir("/sys/module/dmabench")

    def text(self):
        """The step in words."""
        return f"time the DMA API {self.where}: dmabench, {self.backends}"

    def plan_line(self):
        """What the plan says of it."""
        return (f"Times the DMA API itself (dmabench) {self.where}: {self.backends}; fills the "
                f"pools up to {self.fullest} %")

    @staticmethod
    def tenths(wanted):
        """The expected tenths of a second."""
        return (25 if wanted.emulated else 5) * 4 * (wanted.rounds + 1)

    def holding(self, backend, percent, seed):
        """The words before a command that run it while a share of the pool is held."""
        self.lent = True
        return [os.path.join(self.host.checkout, "bench/dmabench/dmabench"), "--device",
                self.device, "--unbind", "--backend", backend, "--hold", str(percent), "--seed",
                str(seed), "--"]

    def run(self, record, wanted, backends):
        """Runs it. Returns (the object "dmabench" of the record or None, why it failed or None)."""
        folder, raw = os.path.join(record.work, "dmabench"), "raw/dmabench.json"
        path = os.path.join(folder, "dmabench.json")
        errors = os.path.join(record.work, "stderr")
        self.lent = True
        if self.target:
            backends.touch(self.target, "module" if self.both else "stock")
        command = [os.path.join(self.host.checkout, "bench/dmabench/dmabench"), "--device",
                   self.device, "--unbind", "--backend", "both" if self.both else "stock",
                   "--set", "bench", "--rounds", str(max(wanted.rounds, 1)), "--seed",
                   str(wanted.seed), "--fullest", str(self.fullest),
                   "--out", folder]
        with open(errors, "wb") as stderr, process.Child(command, stderr) as child:
            status = child.wait(time.monotonic() + 60 + max(wanted.rounds, 1) * 90)
        why = None
        whole = os.path.exists(path) and os.path.getsize(path) > 0
        if status is None:
            why = f"dmabench {self.where} failed: it hung"
        elif status or not whole:
            ended = f"status {status if status >= 0 else 128 - status}"
            why = (f"dmabench {self.where} failed, {ended}: "
                   f"{process.last_line(self.host.text(errors, ''))}")
        found = None
        if whole:
            os.replace(path, os.path.join(record.work, raw))
            table = os.path.join(folder, "dmabench.txt")
            if os.path.exists(table):
                os.replace(table, os.path.join(record.work, "raw", "dmabench.txt"))
            found = {"device": self._function(os.path.join(record.work, raw)),
                     "target": self.target and self.target.id, "ok": why is None, "raw": raw}
        shutil.rmtree(folder, ignore_errors=True)
        return found, why

    @staticmethod
    def _function(path):
        """The function that was timed, by its record."""
        try:
            with open(path) as file:
                return json.load(file)["device"]["stock"]["bdf"]
        except (OSError, ValueError, KeyError):
            return None

    def release(self):
        """What dmabench itself has not put back, when it could not."""
        if not self.lent:
            return
        if self.target:
            take_back(self.host, self.device, unload=not self.was_loaded)
        self.lent = False


def borrowed(host):
    """The functions that dmabench has."""
    return [name for name in host.sys_names("bus/pci/drivers/dmabench") if pci.ADDRESS.match(name)]


def take_back(host, address, unload):
    """Takes a function from dmabench, so that it may bind to its driver."""
    function = pci.Function(host, address)
    if function.driver == "dmabench":
        function.unbind()
    if host.text(os.path.join(function.path, "driver_override")) == "dmabench":
        function.override(None)
    if unload and os.path.isdir("/sys/module/dmabench"):
        process.output(["rmmod", "dmabench"])
