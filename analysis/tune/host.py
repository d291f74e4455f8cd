# SPDX-License-Identifier: GPL-2.0-only
"""The running host: what it tells without a recording, recording its load, low memory of Xen's."""
import json
import os
import shutil
import signal
import subprocess

from kernel import SLOT
from replays import Refused

WIDTH_4G = 32  # address bits
STRADDLING = 1  # doctor's exit status where buffers bounce for scattered memory


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


def ask(words, also=(), seconds=20):
    """What a program prints, or None; 'also': statuses beside 0 that are no failure."""
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              universal_newlines=True, timeout=seconds)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 or done.returncode in also else None


def free_below_4g(answer):
    """Xen's free bytes below 4 GiB in the JSON of 'xswbounce doctor', or None."""
    try:
        found = json.loads(answer)
        free = found["xen_free_low_bytes"] if found["width"] == WIDTH_4G else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return free if isinstance(free, int) and not isinstance(free, bool) and free >= 0 else None


def low_memory(xswbounce):
    """Free memory of Xen's below 4 GiB, if this is a dom0 that may ask: Xen's own count."""
    if "control_d" not in (read("/proc/xen/capabilities") or ""):
        return None
    return free_below_4g(ask([xswbounce, "doctor", "--json", "--width", str(WIDTH_4G), "1"],
                             also=(STRADDLING,)))


def room(folder):
    """MiB that a recording may take there: half of what is free."""
    try:
        free = shutil.disk_usage(folder or ".").free
    except OSError as error:
        raise Refused(f"{folder}: {error.strerror}")
    return max(free >> 21, 1)


def wait_for(recorder, interrupts):
    """What it says on stderr, when it has ended. The first Ctrl-C ends it early, a second at once."""
    told = False
    while True:
        try:
            return recorder.communicate(timeout=0.2)[1]
        except subprocess.TimeoutExpired:
            if len(interrupts) > 1:
                recorder.kill()
                recorder.communicate()
                raise KeyboardInterrupt
            if interrupts and not told:
                recorder.send_signal(signal.SIGINT)
                told = True


def record(xswbounce, seconds, to):
    """Record the running load; Ctrl-C ends it early, and what was recorded is kept."""
    if not shutil.which(xswbounce):
        raise Refused(f"no program {xswbounce}: build it, or name it by --xswbounce")
    limit = room(os.path.dirname(to))
    interrupts = []
    before = signal.signal(signal.SIGINT, lambda *_: interrupts.append(True))
    try:
        with subprocess.Popen([xswbounce, "record", "-o", to, str(seconds), "--limit", str(limit)],
                              stderr=subprocess.PIPE, universal_newlines=True) as recorder:
            said = wait_for(recorder, interrupts)
    finally:
        signal.signal(signal.SIGINT, before)
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
