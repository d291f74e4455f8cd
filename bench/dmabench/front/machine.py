# SPDX-License-Identifier: GPL-2.0-only
"""What the figures depend on: the CPU, its clock, the memory routines, the versions."""

import json
import os
import re

from machine import suite_version

from . import files
from .device import DEBUG
from .files import HOST


def clock():
    """What the module found out about the clock and the memory routines."""
    return json.loads(files.text(f"{DEBUG}/machine"))


def _cpuinfo(key):
    found = re.search(rf"^{key}\s*: (.*)$", files.text("/proc/cpuinfo"), re.M)
    return found.group(1) if found else ""


def _domain():
    text = files.text("/proc/xen/capabilities", None)
    if text is None:
        return None
    return "dom0" if "control_d" in text else "domU"


def _hypervisor():
    version = "/sys/hypervisor/version"
    if not os.path.exists(f"{version}/major"):
        return None
    return "xen {}.{}{}".format(*(files.text(f"{version}/{part}")
                                  for part in ("major", "minor", "extra")))


def _model():
    names = ("sys_vendor", "product_name", "product_version")
    words = [files.text(f"/sys/class/dmi/id/{name}") for name in names]
    return " ".join(word for word in words if word) or None


def describe(found):
    """The object "machine" of the record; found: what clock() gave."""
    memory = re.search(r"^MemTotal:\s*(\d+)", files.text("/proc/meminfo"), re.M)
    emulated = os.environ.get("XSW_EMULATED") in ("yes", "1") or found["clock"] == "instructions"
    uptime = files.text("/proc/uptime", "0").split()[0]
    governor = files.text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    return dict({
        "cpu": _cpuinfo("model name"), "cpu_flags": _cpuinfo("flags").split(),
        "cpus": len(os.sched_getaffinity(0)),
        "memory_bytes": int(memory.group(1)) * 1024 if memory else None,
        "hypervisor": _hypervisor(), "domain": _domain(), "model": _model(),
        "emulator": os.environ.get("XSW_EMULATOR") or None,
        "clocksource": files.text("/sys/devices/system/clocksource/clocksource0/"
                                  "current_clocksource"),
        "boot_id": files.text("/proc/sys/kernel/random/boot_id"), "uptime_s": float(uptime),
        "kernel_command_line": files.text("/proc/cmdline"), "governor": governor or None,
        "emulated": emulated}, **found)


def _build_id(module):
    """The build's identity: the same code has the same, whatever it is called."""
    try:
        with open(f"/sys/module/{module}/notes/.note.gnu.build-id", "rb") as file:
            return file.read()[16:].hex() or None
    except OSError:
        return None


def versions():
    """The object "versions" of the record."""
    return {"kernel": os.uname().release, "module": _build_id("xen_swiotlb"),
            "dmabench": _build_id("dmabench"), "suite": suite_version(HOST.checkout)}
