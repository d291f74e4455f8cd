# SPDX-License-Identifier: GPL-2.0-only
"""Moves devices between the stock backend and the module, and always back.

A device moves while no driver is bound to it: unbind, tell the module's attach or detach file,
bind. Disks and interfaces vanish and come again meanwhile, perhaps under other names.
"""

import os
import re
import time

import process
import targets as target_files
from devices import pci
from errors import Failed
from host import write

MODULE_DIR = target_files.MODULE_DIR
SIGNATURE = ("Key was rejected", "Required key", "unsigned module", "Lockdown: insmod")


def module_file(checkout, name):
    """The module as it was built here, or as it is installed; None if it is neither."""
    built = os.path.join(checkout, "build/modules", os.uname().release, name + ".ko")
    if os.path.exists(built):
        return built
    status, text = process.output(["modinfo", "-n", name])
    return text if status == 0 and text else None


def explain(file, said, log):
    """Why a module did not load, and what to do: from insmod's words and the kernel's last one."""
    lines = [line for line in log.splitlines()
             if re.search("xen_swiotlb|module verification|lockdown", line, re.I)]
    kernel = lines[-1] if lines else ""
    if any(word in said + kernel for word in SIGNATURE):
        return (f"the kernel refused {file} for its signature (Secure Boot or lockdown is on): "
                "sign it with a key the machine has enrolled (mokutil --import), or switch it off")
    if "Invalid module format" in said:
        return f"{file} does not fit kernel {os.uname().release}: build it again with 'make module'"
    return f"the kernel refused {file}: {kernel or said}"


class Module:
    """The module while a run needs it: loaded where it was not, and unloaded again."""

    def __init__(self, checkout):
        self.loaded = False
        if os.path.isdir("/sys/module/xen_swiotlb"):
            return
        file = module_file(checkout, "xen_swiotlb")
        if not file:
            raise Failed(f"no module for kernel {os.uname().release}: build it with 'make module'")
        status, said = process.output(["insmod", file], both=True)
        if status:
            raise Failed(explain(file, said, process.output(["dmesg"])[1]))
        self.loaded = True

    def unload(self):
        """Unloads what was loaded. Raises Failed."""
        for _ in range(10 if self.loaded else 0):
            if process.output(["rmmod", "xen_swiotlb"])[0] == 0:
                self.loaded = False
                return
            time.sleep(1)
        if self.loaded:
            raise Failed("xen_swiotlb can't be unloaded: see dmesg")

    @staticmethod
    def force(on):
        """Whether all its mappings bounce."""
        path = os.path.join(MODULE_DIR, "force")
        with open(path) as file:
            now = file.read().strip()
        if now != str(int(on)):
            write(path, str(int(on)))


class Backends:
    """Which backend each target is on; close() puts all back to stock and to their drivers."""

    def __init__(self, host, targets):
        self.host, self.targets = host, targets
        self.on = {target.id: "stock" for target in targets}
        self.touched = []

    def touch(self, target, backend):
        """Notes that a target has to be brought back from a backend."""
        if target not in self.touched:
            self.touched.append(target)
        self.on[target.id] = backend

    def move(self, target, backend):
        """Binds a target anew, on a backend; also from stock to stock. Raises Failed or OSError."""
        # from here on the way back must go through detach
        self.touch(target, "module" if backend == "module" else self.on[target.id])
        for address in target.functions:
            pci.Function(self.host, address).unbind()
            if backend == "module":
                if address not in taken(self.host):
                    write(os.path.join(MODULE_DIR, "attach"), address)
            elif address in taken(self.host):
                detach(address)
        self.on[target.id] = backend
        for address in target.functions:
            pci.Function(self.host, address).bind(target.driver)
        target_files.await_located(target)
        if backend == "module" and not target_files.module_owns(target):
            raise Failed(f"{target.id} is not served by the module")

    def close(self):
        """Best effort: returns what could not be given back."""
        lost = []
        for target in self.touched:
            try:
                if self.on[target.id] == "module":
                    self.move(target, "stock")
                for address in target.functions:
                    pci.Function(self.host, address).bind(target.driver)
            except (OSError, Failed) as error:
                lost.append(f"{target.id} did not come back to the stock backend: {error}")
        if self.touched and os.path.exists(os.path.join(MODULE_DIR, "force")):
            Module.force(False)
        self.touched = []
        return lost


def taken(host):
    """The functions that the module wants or has."""
    text = host.text(os.path.join(MODULE_DIR, "devices"), "")
    return [line.split()[0] for line in text.splitlines() if line.strip()]


def detach(address):
    """Tells the module to let a function go."""
    write(os.path.join(MODULE_DIR, "detach"), address)
