# SPDX-License-Identifier: GPL-2.0-only
"""Counts around a round: bounces and mappings, on each backend in its way.

On stock the recipe traces/tracefs/bounces counts bounces, around the load; the trace event
dma_map_page, where the kernel has it, counts all mappings of the same devices, in a tracing
instance of our own. On the module its counters are read before and after, with no tracing at all.
"""

import os
import re
import time

from host import read, write
from targets import MODULE_DIR

TRACEFS = "/sys/kernel/tracing"
INSTANCE = os.path.join(TRACEFS, "instances", "xsw-bench")
EVENTS = ("dma_map_page", "dma_map_sg")


def tracing_left_on():
    """The trace events somebody left on, which timed rounds would measure: what to do, or None."""
    for system in ("swiotlb", "dma", "xen_swiotlb"):
        path = os.path.join(TRACEFS, "events", system, "enable")
        if (read(path) or "0").strip() not in ("0", "?"):
            return (f"trace events of {system} are enabled: timed rounds would measure them; "
                    f"echo 0 >{path}")
    return None


def why_not(machine):
    """Why bounces on stock can't be counted here; None if they can."""
    events = os.path.join(TRACEFS, "events")
    if not os.path.isdir(events):
        return "no tracefs: mount -t tracefs tracefs /sys/kernel/tracing"
    path = os.path.join(events, "swiotlb", "swiotlb_bounced", "enable")
    if not os.path.exists(path):
        return "this kernel has no trace event swiotlb_bounced"
    if read(path) is None:
        lockdown = re.search(r"\[(\w+)\]", machine.host.sys_text("kernel/security/lockdown",
                                                                 default=""))
        mode = f": lockdown is '{lockdown.group(1)}'" if lockdown else ""
        return "the kernel does not let trace events be read" + mode
    return None


class Maps:
    """Counts mappings by the kernel's trace events, in a tracing instance of our own."""

    def __init__(self):
        if not os.path.exists(os.path.join(TRACEFS, "events/dma/dma_map_page/hist")):
            return
        try:
            os.mkdir(INSTANCE)
            write(os.path.join(INSTANCE, "buffer_size_kb"), "4")
            for event in EVENTS:
                value = ":vals=size" if event == "dma_map_page" else ""
                write(os.path.join(INSTANCE, "events/dma", event, "trigger"),
                       "hist:keys=device" + value)
        except OSError:
            remove()

    @staticmethod
    def take(functions):
        """The mappings of some functions. Lists of pages have no sum in their event."""
        if not os.path.isdir(INSTANCE):
            return {"maps": None, "map_bytes": None}
        hits, size = _histogram("dma_map_page", functions)
        lists, _ = _histogram("dma_map_sg", functions)
        if lists:
            return {"maps": None, "map_bytes": None, "map_lists": lists}
        return {"maps": hits, "map_bytes": size}


def _histogram(event, functions):
    """(hits, sum of sizes) of some functions."""
    hits = size = 0
    text = read(os.path.join(INSTANCE, "events/dma", event, "hist"), "")
    for device, rest in re.findall(r"^\{ device: *(\S+) *\}(.*)$", text, re.M):
        if device in functions:
            hits += sum(map(int, re.findall(r"hitcount: *(\d+)", rest)))
            size += sum(map(int, re.findall(r"size: *(\d+)", rest)))
    return hits, size


def remove():
    """Removes our tracing instance: the kernel frees one only without its triggers."""
    if not os.path.isdir(INSTANCE):
        return
    for event in EVENTS:
        path = os.path.join(INSTANCE, "events/dma", event, "trigger")
        for line in (read(path) or "").splitlines():
            if line.startswith("hist:"):
                with open(path, "a") as file:
                    file.write("!" + line.split(" [")[0] + "\n")
    try:
        os.rmdir(INSTANCE)
    except OSError:
        pass


class StockCounting:
    """Counts what bounces on stock while a command runs."""

    source = "tracefs:swiotlb_bounced"

    def __init__(self, checkout, work, raw, target):
        self.raw, self.functions = raw, target.functions
        self.words = [os.path.join(checkout, "traces/tracefs/bounces"), "--json", "--output",
                      os.path.join(work, raw), "--"]

    def begin(self, command):
        """The command to run in place of the load's."""
        Maps()
        return self.words + command

    def end(self):
        """The object "counters" of the round."""
        counts = dict(Maps.take(self.functions), source=self.source, raw=self.raw)
        remove()
        return counts


class ModuleCounting:
    """Reads the module's counters before and after."""

    source = "module:counters"

    def __init__(self, work, raw):
        self.raw, self.path = raw, os.path.join(work, raw)

    def _read(self):
        with open(self.path, "a") as file:
            file.write(f"# {time.time():.6f}\n")
            for name in ("counters", "pool"):
                file.write(read(os.path.join(MODULE_DIR, name), ""))

    def begin(self, command):
        """The command, as it is."""
        self._read()
        return command

    def end(self):
        """The object "counters" of the round."""
        self._read()
        return {"source": self.source, "raw": self.raw}


def module_totals():
    """What the module's pool has come to since it was loaded; None without it."""
    words = dict(line.split()[:2] for line in
                 read(os.path.join(MODULE_DIR, "pool"), "").splitlines() if len(line.split()) > 1)
    if not words:
        return None
    names = (("exchanges", "exchanges"), ("bytes", "exchanged_bytes"), ("ns", "exchange_ns"),
             ("fails", "exchange_fails"), ("pool_bytes", "bytes"))
    return {name: int(words[key]) if words.get(key, "").isdigit() else 0 for name, key in names}
