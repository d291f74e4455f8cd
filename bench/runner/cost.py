# SPDX-License-Identifier: GPL-2.0-only
"""CPU cost of a load: read twice inside the load, and set against the device's own bytes.

Between the two readings the load does nothing but its work: neither the start nor the end of the
tool is in it. What can't be had is None with its reason, and never 0.
"""

import os
import re
import shutil
import subprocess
import time
from typing import NamedTuple, Optional

import process

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
# A window ends so long before its load does.
MARGIN_S = 0.2


class Reading(NamedTuple):
    """One instant: the machine's CPU time, the domain's by Xen, the device's bytes."""
    time: float
    user: float
    system: float
    steal: float
    vcpu_ns: Optional[int]
    bytes: Optional[int]


def cpu_seconds(text):
    """(user, system, steal) of /proc/stat; interrupts are among the system's."""
    words = list(map(int, text.split("\n", 1)[0].split()[1:])) + [0] * 8
    user, nice, system, _, _, irq, softirq, steal = words[:8]
    return [ticks / TICKS_A_SECOND for ticks in (user + nice, system + irq + softirq, steal)]


class Xentime:
    """Xen's own account of this domain's time: found once for the run."""

    def __init__(self, machine, work):
        self.machine, self.work = machine, work
        self.command, self.missing = None, None
        if not machine.xen:
            self.missing = "not a Xen domain"
            return
        why = self._prepare()
        if not why:
            self.command = [self._program()]
        elif machine.domain == "dom0" and os.path.exists("/run/xenstored/socket") and \
                xl_ns() is not None:
            self.command = "xl"
        else:
            self.missing = why

    def _program(self):
        """In build/, or, where that can't be written to, beside the run."""
        built = os.path.join(self.machine.host.checkout, "build/xentime/xentime")
        return built if os.access(built, os.X_OK) else os.path.join(self.work, "xentime/xentime")

    def _prepare(self):
        """Builds xentime where it is not, and asks it. Why there is no answer, or None."""
        checkout = self.machine.host.checkout
        if not os.access(self._program(), os.X_OK):
            compiler = os.environ.get("CC", "cc")
            if not shutil.which("make") or not shutil.which(compiler):
                return "xentime is not built, and there is no compiler: apt-get install gcc make"
            out = os.path.join(checkout, "build/xentime")
            try:
                os.makedirs(out, exist_ok=True)
            except OSError:
                pass
            if not os.access(out, os.W_OK):
                out = os.path.join(self.work, "xentime")
            status, text = process.output(
                ["make", "-s", "-C", os.path.join(checkout, "bench/xentime"), f"out={out}"],
                both=True)
            if status:
                return process.last_line(text)
        if not os.path.exists(self.machine.host.node("xen/privcmd")):
            process.output(["modprobe", "xen-privcmd"])
        status, text = process.output([self._program()], 5, both=True)
        return None if status == 0 and text.isdigit() else process.last_line(text) or "no answer"

    def ns(self):
        """Nanoseconds all vCPUs of this domain have run; None without an answer."""
        if self.command == "xl":
            return xl_ns()
        if not self.command:
            return None
        status, text = process.output(self.command, 5)
        return int(text) if status == 0 and text.isdigit() else None


def xl_ns():
    """The toolstack's word, in tenths of a second: dom0 only."""
    status, text = process.output(["xl", "vcpu-list", "0"], 5)
    times = [line.split()[5] for line in text.splitlines()[1:] if len(line.split()) > 5]
    times = [float(word) for word in times if re.match(r"[0-9.]+$", word)]
    return round(sum(times) * 1e9) if status == 0 and times else None


def cycles_missing(machine):
    """Why cycles can't be counted; None if they can."""
    if not machine.pmu:
        return "no cycles: this machine offers no PMU"
    return None if shutil.which("perf") else "no cycles: perf is not installed"


def cycles(text):
    """The number that perf counted, over all kinds of CPU; None if one did not run all the time."""
    found = [line.split(";") for line in text.splitlines() if "cycles" in line]
    counts = [words[0] for words in found if len(words) > 2 and "cycles" in words[2]]
    return sum(map(int, counts)) if counts and all(map(str.isdigit, counts)) else None


def disk_bytes(host, name):
    """What a disk has read and written."""
    words = host.sys_text("block", name, "stat", default="").split()
    return (int(words[2]) + int(words[6])) * 512 if len(words) > 6 else None


def net_bytes(text, name):
    """What an interface has received and sent, out of /proc/net/dev."""
    for line in text.splitlines():
        device, _, rest = line.partition(":")
        if device.strip() == name:
            words = rest.split()
            return int(words[0]) + int(words[8])
    return None


class Window:
    """Watches a load, and reads what it costs in a window inside it."""

    def __init__(self, machine, xentime, bytes_of, work):
        self.machine, self.xentime, self.bytes_of, self.work = machine, xentime, bytes_of, work
        self.count_cycles = cycles_missing(machine) is None

    def read(self):
        """A Reading of now."""
        stat = self.machine.host.proc_text("stat", default="cpu 0")
        return Reading(time.monotonic(), *cpu_seconds(stat), self.xentime.ns(), self.bytes_of())

    def _await_load(self, child, until):
        """Waits until the device moves more than a few blocks. False if the load ends before."""
        first = self.bytes_of()
        while first is not None and child.wait(time.monotonic() + 0.02) is None:
            if self.bytes_of() - first > 65536:
                return True
            if time.monotonic() > until:
                return False
        return first is None and child.wait(time.monotonic()) is None

    def begun(self, child, ramp_s, until):
        """Waits until the load is in its stride. The time of that; None if the load ends before."""
        if not self._await_load(child, until):
            return None
        begin = time.monotonic() + ramp_s
        return begin if child.wait(begin) is None else None

    def watch(self, child, ramp_s, seconds, until):
        """The figures of the window; {} when the load ended before the window did."""
        begin = self.begun(child, ramp_s, until)
        if begin is None:
            return {}
        first = self.read()
        end = begin + seconds - MARGIN_S
        perf = self._perf(end - time.monotonic()) if self.count_cycles else None
        if child.wait(end) is not None:
            if perf:
                perf.end(0)
            return {}
        figures = self._difference(first, self.read())
        if perf:
            perf.wait(time.monotonic() + 2)
            perf.end(0)
            figures["cycles"] = cycles(
                self.machine.host.text(os.path.join(self.work, "cycles"), ""))
        return figures

    def _perf(self, seconds):
        """Counts the whole machine's cycles meanwhile, without sampling."""
        return process.Child(["perf", "stat", "-a", "-x", ";", "-e", "cycles", "-o",
                              os.path.join(self.work, "cycles"), "--", "sleep",
                              f"{max(seconds - 0.05, 0.05):.2f}"], subprocess.DEVNULL)

    @staticmethod
    def _difference(first, last):
        figures = {"window_s": last.time - first.time, "cpu_user_s": last.user - first.user,
                   "cpu_sys_s": last.system - first.system, "steal_s": last.steal - first.steal,
                   "vcpu_s": None, "window_bytes": None}
        if None not in (first.vcpu_ns, last.vcpu_ns):
            figures["vcpu_s"] = (last.vcpu_ns - first.vcpu_ns) / 1e9
        if None not in (first.bytes, last.bytes):
            figures["window_bytes"] = last.bytes - first.bytes
        return {name: round(value, 6) if isinstance(value, float) else value
                for name, value in figures.items()}
