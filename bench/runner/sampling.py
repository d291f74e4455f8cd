# SPDX-License-Identifier: GPL-2.0-only
"""Where the CPUs are while a load runs: perf samples their stacks, in a round that is not timed.

Of all samples those are kept whose stack has a map, an unmap or a sync of the DMA API in it, from
that call inwards; of the others their number, and how many were of a CPU that had nothing to do.
"""

import bisect
import json
import os
import re
import shutil
import signal
import time

import process

# So many samples are enough, however many CPUs there are; and a rate that beats with no timer.
MOST, RATES = 20000, (997, 499, 199, 97, 49)
# The DMA API's calls, and the backends': a call that comes last in its caller replaces its frame.
ENTRY = re.compile(r"(__)?dma_(map|unmap|sync|iova|direct_(map|unmap|sync))_|"
                   r"(xen_swiotlb|iommu_dma)_(map|unmap|sync)_|xen_swiotlb:xsw_op_")
INTERRUPT = re.compile(r"(xen_)?asm_|common_interrupt$|sysvec_|(handle|__do)_softirq|irq_exit|do_IRQ$|"
                       r"ret_from_intr$|xen_(pv_)?evtchn_do_upcall$|xen_do_(hypervisor|upcall)")
IDLE = re.compile(r"do_idle$|cpu_idle_poll$")
# What a compiler adds to the name of a function that it has cut or copied.
SUFFIX = re.compile(r"\.(part|constprop|isra|cold|llvm)\b.*")
MODULE = "xen_swiotlb"
# Where the kernel's half of all addresses begins.
KERNEL = 1 << 63
BEFORE = "the load ended before perf began"


def why_not():
    """Why no samples can be taken here; None if they can."""
    return None if shutil.which("perf") else "perf is not installed: apt-get install linux-perf"


class Symbols:
    """The kernel's functions by address: perf itself finds none of a module that was not installed."""

    def __init__(self, text):
        found = []
        for line in text.splitlines():
            words = line.split()
            if len(words) > 2 and words[1] in "tTwW":
                found.append((int(words[0], 16), words[2], words[-1] == f"[{MODULE}]"))
        found.sort()
        self.starts = [start for start, _, _ in found]
        self.names = [f"{MODULE}:{SUFFIX.sub('', name)}" if ours else SUFFIX.sub("", name)
                      for _, name, ours in found]

    def at(self, address):
        """The name of the function at an address; None outside of the kernel."""
        nth = bisect.bisect_right(self.starts, address) - 1
        return self.names[nth] if address >= KERNEL and nth >= 0 else None


def _frame(line, symbols, called):
    """The function of a frame as perf prints it: its address, of one that called another where
    that returns to; None where it is none."""
    words = line.split()
    try:
        return symbols.at(int(words[0], 16) - called) if words else None
    except ValueError:
        return None


def inwards(frames):
    """A stack from the DMA API's call inwards, ';' between, out of its frames, innermost first;
    None for one of something else, such as an interrupt that came in the middle of a map."""
    found = None
    for at, frame in enumerate(frames):
        if INTERRUPT.match(frame):
            break
        if ENTRY.match(frame):
            found = at
    return None if found is None else ";".join(reversed(frames[:found + 1]))


def _is_idle(frames):
    return any(IDLE.match(frame) for frame in frames) and \
        not any(INTERRUPT.match(frame) for frame in frames)


def fold(lines, symbols):
    """{samples, idle, stacks} of what `perf script -F event,ip` prints."""
    found, frames = {"samples": 0, "idle": 0, "stacks": {}}, None

    def close():
        if frames is None:
            return
        found["samples"] += 1
        found["idle"] += _is_idle(frames)
        stack = inwards(frames)
        if stack:
            found["stacks"][stack] = found["stacks"].get(stack, 0) + 1

    for line in lines:
        words = line.split()
        if words and words[0].endswith(":"):
            close()
            frames, line = [], line.partition(words[0])[2]
        frame = _frame(line, symbols, bool(frames))
        if frame and frames is not None:
            frames.append(frame)
    close()
    return found


class Sampler:
    """Samples all CPUs from when perf is ready to the end of a load that runs so many seconds."""

    def __init__(self, machine, work, seconds):
        self.seconds, self.data = seconds, os.path.join(work, "perf.data")
        self.said = os.path.join(work, "perf.said")
        self.event = "cycles" if machine.pmu else "cpu-clock"
        wanted = MOST / (seconds * (os.cpu_count() or 1))
        self.hz = next((rate for rate in RATES if rate <= wanted), RATES[-1])
        self.status = None

    def watch(self, child):
        """Samples while the load runs: what goes on after its end is no sample of it."""
        command = ["perf", "record", "-q", "-a", "-g", "-F", str(self.hz), "-e", self.event, "-o",
                   self.data, "--", "sleep", str(self.seconds)]
        with open(self.said, "wb") as said, process.Child(command, said) as perf:
            child.wait(time.monotonic() + self.seconds + 60)
            perf.send(signal.SIGTERM)
            self.status = perf.wait(time.monotonic() + 60)

    def _why(self):
        with open(self.said, errors="replace") as file:
            words = process.last_line(file.read())
        return f"perf record: {words or ('it hung' if self.status is None else self.status)}"

    def write(self, path):
        """Writes the raw file. Returns why there is none, or None."""
        if not os.path.exists(self.said):
            return BEFORE
        if self.status not in (0, -signal.SIGTERM):
            return self._why()
        if not os.path.exists(self.data):
            return BEFORE
        status, text = process.output(["perf", "script", "-i", self.data, "-F", "event,ip"], 300)
        if status:
            return f"perf script: status {status}"
        with open("/proc/kallsyms") as file:
            found = fold(text.splitlines(), Symbols(file.read()))
        if not found["samples"]:
            return BEFORE
        _, version = process.output(["perf", "--version"])
        with open(path, "w") as file:
            json.dump(dict({"tool": "samples", "by": version, "event": self.event, "hz": self.hz,
                            "load_s": self.seconds}, **found), file, indent=1)
            file.write("\n")
        return None

    def remove(self):
        """What perf wrote."""
        for path in (self.data, self.data + ".old", self.said):
            if os.path.exists(path):
                os.unlink(path)
