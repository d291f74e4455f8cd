# SPDX-License-Identifier: GPL-2.0-only
"""The running host: what it tells without a recording, recording its load, low memory of Xen's."""
import os
import re
import shutil
import signal
import subprocess

from kernel import SLOT, named
from replays import Refused

BELOW_4G_BITS = 20  # of frame numbers
PAGE = 4096


def path(name):
    """A file of the kernel's; TUNE_ROOT stands before it in tests."""
    return os.environ.get("TUNE_ROOT", "") + name


def read(name):
    try:
        with open(path(name), encoding="ascii", errors="replace") as f:
            return f.read().strip()
    except OSError:
        return None


def number(name):
    text = read(name)
    return int(text) if text and text.isdigit() else None


def is_xen():
    return read("/sys/hypervisor/type") == "xen"


def has_types():
    """BTF: xswbounce records by it."""
    return os.path.exists(path("/sys/kernel/btf/vmlinux"))


def ask(words):
    """What a program prints, or None."""
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              universal_newlines=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def heap_below_4g(log):
    """Free bytes below 4 GiB in the newest dump of Xen's heap (debug key h), or None.

    Zone z holds the frames whose numbers have z bits.
    """
    start = log.rfind("Physical memory information")
    zones = re.findall(r"heap\[node=\d+\]\[zone=(\d+)\] -> (\d+) pages", log[start:]) \
        if start >= 0 else []
    if not zones:
        return None
    return sum(int(pages) for zone, pages in zones if int(zone) <= BELOW_4G_BITS) * PAGE


def low_memory():
    """Free memory of Xen's below 4 GiB, if this is a dom0 that may ask."""
    if "control_d" not in (read("/proc/xen/capabilities") or "") or not shutil.which("xl"):
        return None
    if ask(["xl", "debug-keys", "h"]) is None:
        return None
    return heap_below_4g(ask(["xl", "dmesg"]) or "")


def room(folder):
    """MiB that a recording may take there: half of what is free."""
    try:
        free = shutil.disk_usage(folder or ".").free
    except OSError as error:
        raise Refused(f"{folder}: {error.strerror}")
    return max(free >> 21, 1)


def end_early(recorder):
    """Ctrl-C: it goes to the recorder, too, unless this program alone was told."""
    recorder.send_signal(signal.SIGINT)
    try:
        return recorder.communicate(timeout=30)[1]
    except subprocess.TimeoutExpired:
        recorder.kill()
        recorder.communicate()
        raise KeyboardInterrupt


def record(xswbounce, seconds, to):
    """Record the running load; Ctrl-C ends it early, and what was recorded is kept."""
    if not shutil.which(xswbounce):
        raise Refused(f"no program {xswbounce}: build it, or name it by --xswbounce")
    limit = room(os.path.dirname(to))
    with subprocess.Popen([xswbounce, "record", "-o", to, str(seconds), "--limit", str(limit)],
                          stderr=subprocess.PIPE, universal_newlines=True) as recorder:
        try:
            said = recorder.communicate()[1]
        except KeyboardInterrupt:
            said = end_early(recorder)
    if recorder.returncode:
        last = (said.strip().splitlines() or [f"status {recorder.returncode}"])[-1]
        raise Refused(f"recording failed: {last}")


POOL_BYTES = "/sys/devices/platform/xen_swiotlb/pool_bytes"


def resize(slots):
    """The module's pool, now."""
    try:
        with open(path(POOL_BYTES), "w", encoding="ascii") as f:
            f.write(f"{slots * SLOT}\n")
    except OSError as error:
        raise Refused(f"the pool was not resized: {error.strerror}; Xen may have no memory free "
                      f"below 4 GiB, or slots are in use: see its line in dmesg")


def without_recording(reason):
    """What the kernel's own counters tell: lines of text."""
    slots = number("/sys/kernel/debug/swiotlb/io_tlb_nslabs")
    if not slots:
        raise Refused(f"{reason}; and no pool is to be seen in /sys/kernel/debug/swiotlb (root, "
                      f"and debugfs mounted?): record on another kernel, or boot one with BTF")
    high = number("/sys/kernel/debug/swiotlb/io_tlb_used_hiwater")
    used = number("/sys/kernel/debug/swiotlb/io_tlb_used") or 0
    lines = [f"No recording: {reason}. What the kernel itself counts:",
             f"Stock pool: {slots} slots ({slots * SLOT >> 20} MiB), {used} in use now."]
    boot = named(read("/proc/cmdline") or "")
    if boot:
        lines.append(f"Booted with {boot}.")
    if high is None:
        lines.append("This kernel does not tell the most in use (io_tlb_used_hiwater came with "
                     "6.3).")
    elif high < max(used, 1):
        lines.append("The most in use (io_tlb_used_hiwater) is not known: the file says "
                     f"{high}. It says so until the first bounce after boot or a reset, and always "
                     "on a kernel that keeps it only when booted with swiotlb=...,track_hiwater "
                     "(7.3 is one).")
    else:
        share = 100 * high / slots
        lines.append(f"At most {high} in use ({share:.0f} %), exact, since boot or since it was "
                     f"set to 0 (echo 0 >/sys/kernel/debug/swiotlb/io_tlb_used_hiwater).")
        lines.append("It was nearly full: mappings may have failed; boot with twice as much."
                     if share >= 90 else "By that alone it suffices.")
    lines.append("Not known so: who holds it, failures and their reason, fragmentation, other "
                 "sizes.")
    return lines
