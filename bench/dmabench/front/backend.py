# SPDX-License-Identifier: GPL-2.0-only
"""The two backends: the kernel's own, which is always there, and the module."""

import os
import re
import time

from backend import explain, module_file
from errors import Refused

from . import files
from .files import HOST, say

POOL = "/sys/kernel/debug/swiotlb"
CONTROL = "/sys/devices/platform/xen_swiotlb"
SLOT = 2048


class Modules:
    """The kernel modules of a run: loaded where they are not, and unloaded in the end."""

    def __init__(self):
        self.loaded = []

    def load(self, name, *parameters):
        """Loads a module that is not loaded."""
        if os.path.isdir(f"/sys/module/{name}"):
            return
        path = module_file(HOST.checkout, name)
        if not path:
            raise Refused(f"no {name}.ko for kernel {os.uname().release}, neither built nor "
                          "installed: build it first")
        self.loaded.append(name)  # first: a signal may come while it loads
        status, said = files.output(["insmod", path] + list(parameters))
        if status:
            raise Refused(explain(path, said, files.output(["dmesg"])[1]))

    def unload(self):
        """Unloads what was loaded here, the last first."""
        while self.loaded:
            name = self.loaded.pop()
            said = "it is in use"
            for _ in range(100):  # a reader of one of its files may need a moment
                if not os.path.isdir(f"/sys/module/{name}"):
                    break
                status, said = files.output(["rmmod", name])
                if status == 0:
                    break
                time.sleep(0.1)
            else:
                say(f"{name} could not be unloaded: {said}")


def choose(options):
    """The backends to measure. Says why where it is not both."""
    if options.backends:
        chosen = options.backends
    elif options.device == "none":
        chosen = ["stock"]
    elif not os.path.isdir("/proc/xen"):
        say("measuring stock only: this is no Xen domain")
        chosen = ["stock"]
    elif not os.path.isdir("/sys/module/xen_swiotlb") and \
            not module_file(HOST.checkout, "xen_swiotlb"):
        say("measuring stock only: the module xen_swiotlb is neither built nor installed")
        chosen = ["stock"]
    else:
        chosen = ["stock", "module"]
    if options.device == "none" and "module" in chosen:
        raise Refused("--device none is no PCI device: the module serves none but these, "
                      "so --backend stock")
    if (options.cell or options.sequence or options.bound) and len(chosen) > 1:
        chosen = ["stock"]
    return chosen


def stock_slots():
    """Slots of the kernel's own pool."""
    return files.number(f"{POOL}/io_tlb_nslabs")


def stock_used():
    """Slots of it that are taken: they may belong to other devices."""
    return files.number(f"{POOL}/io_tlb_used")


def stock_pool_line():
    """What decides where the kernel's own pool places a mapping, besides the requests."""
    areas = re.findall(r"software IO TLB: area num (\d+)", files.output(["dmesg"])[1])
    return (f"# pool: {stock_slots()} slots, {stock_used()} used, "
            f"{areas[-1] if areas else ''} area(s)")


def load(modules, backends):
    """Loads what the backends need."""
    modules.load("dmabench")
    if "module" not in backends:
        return
    stock = stock_slots() * SLOT
    modules.load("xen_swiotlb", f"pool_mb={stock >> 20}")
    ours = files.number(f"{CONTROL}/pool_bytes")
    if ours != stock:
        say(f"the module's pool has {ours} bytes, stock's {stock}: a share of the smaller one's "
            "free slots is held in both")


def slots_to_fill(backends):
    """The slots of which a share is held: the same number for each backend, free in both pools."""
    free = [max(stock_slots() - stock_used(), 0)]
    if "module" in backends:
        free.append(files.number(f"{CONTROL}/pool_bytes") // SLOT)
    return min(free)
