# SPDX-License-Identifier: GPL-2.0-only
"""The device that is measured: found, taken from its driver, bound to dmabench, given back."""

import json
import os
import shutil

from devices import disks, nics, pci
from errors import Failed, Refused

from . import files
from .files import HOST, say

DEBUG = "/sys/kernel/debug/dmabench"
ETHERNET = "0x0200"


class NoHardware:
    """The device that dmabench makes itself: there is nothing to take or to give back."""
    address = "dmabench-none"

    def __init__(self):
        self.files = f"{DEBUG}/{self.address}"

    def take(self):
        """Nothing to take."""

    def attach(self, backend):
        """It is served by the kernel's default backend as soon as the module is loaded."""
        if not os.path.exists(f"{self.files}/cell"):
            raise Refused(f"dmabench has no device of its own here ({backend}): see dmesg")

    def detach(self):
        """Drops what it holds."""
        files.put(f"{self.files}/hold", "percent=0")

    def give_back(self):
        """Nothing to give back."""

    def describe(self):
        """What the module says of it."""
        return json.loads(files.text(f"{self.files}/device"))


class Function(pci.Function):
    """A PCI function."""

    def __init__(self, address, control):
        super().__init__(HOST, address)
        self.control = control
        self.files = f"{DEBUG}/{address}"
        self.taken, self.former, self.bound = False, None, ""

    @property
    def kind(self):
        """Its class, as sysfs writes it."""
        return files.text(f"{self.path}/class")

    def in_use(self):
        """Why it must not be taken, or None."""
        def mine(found):
            return sorted(name for name, one in found.items() if one.function == self.address)

        cards = mine(nics.find(HOST, lambda *_: None))
        if self.kind.startswith("0x02") and self.driver and not cards:
            return "its interface is in another network namespace"
        if cards and not shutil.which("ip"):
            return "whether somebody uses its interface can't be told without the command ip"
        for names, find in ((cards, nics.user), (mine(disks.find(HOST, lambda *_: None)),
                                                 disks.user)):
            for name in names:
                why = find(HOST, name)
                if why:
                    return f"{name}: {why}"
        return None

    def take(self):
        """Takes it from its driver, for dmabench alone."""
        self.former, self.taken = self.driver, True
        self.unbind()
        self.override("dmabench")

    def attach(self, backend):
        """Binds it with one backend, and sees that it is this one."""
        self.bound = backend
        if backend == "module":
            try:
                files.put(f"{self.control}/attach", self.address)
            except OSError:
                raise Refused(f"the module refuses {self.address}: see dmesg")
        files.put(HOST.sysfs("bus/pci/drivers_probe"), self.address)
        if not os.path.exists(f"{self.files}/cell"):
            raise Refused(f"{self.address} did not bind to dmabench: see dmesg")
        ops = self.describe().get("ops") or "none"
        if ("[xen_swiotlb]" in ops) != (backend == "module"):
            raise Refused(f"{self.address} is not served by the module but by {ops}"
                          if backend == "module" else
                          f"{self.address} is still served by the module")

    def detach(self):
        """Takes it from dmabench, and from the module."""
        self.unbind()
        if self.bound == "module":
            try:
                files.put(f"{self.control}/detach", self.address)
            except OSError:
                say(f"the module keeps {self.address}: see dmesg")
        self.bound = ""

    def give_back(self):
        """Gives it back to the driver it came from, whatever happened."""
        if not self.taken:
            return
        try:
            if self.driver == "dmabench":
                self.detach()
            self.override(None)
            self.bind(self.former)
        except OSError as error:
            say(f"{self.address}: {error}")
        if self.driver != self.former:
            say(f"{self.address} did not go back to its driver {self.former}: see dmesg")
        self.taken = False

    def describe(self):
        """What the module says of it."""
        try:
            return json.loads(files.text(f"{self.files}/device"))
        except ValueError:
            raise Failed(f"{self.files}/device tells nothing: see dmesg")


def _spare_nic(control):
    """A function of class 'Ethernet' whose interfaces nobody uses, the last one of the machine."""
    found = [function for function in
             (Function(name, control) for name in HOST.sys_names("bus/pci/devices"))
             if function.kind.startswith(ETHERNET) and not function.in_use()]
    if not found:
        raise Refused("no spare network function here: name a device with --device BDF, or "
                      "--device none")
    return found[-1]


def choose(name, unbind, control):
    """The device of --device, if it may be taken."""
    if name == "none":
        return NoHardware()
    if name == "spare-nic":
        return _spare_nic(control)
    function = Function(name, control)
    if "/" in name or not os.path.exists(function.path):
        raise Refused(f"no PCI device '{name}': the form is 0000:04:00.0, lspci -D lists them")
    why = function.in_use()
    if why:
        raise Refused(f"{name} is in use: {why}")
    if function.driver and not unbind:
        raise Refused(f"{name} has the driver {function.driver}: --unbind takes it away for the "
                      "measurement")
    return function
