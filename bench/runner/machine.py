# SPDX-License-Identifier: GPL-2.0-only
"""What this machine is: its environment, whether it is emulated, its description for the record."""

import os
import re

import process


# Bytes of the stock pool where the command line asks for none.
DEFAULT_POOL = 64 << 20
# What a group's type says that an IOMMU does with DMA; of several groups the first one counts.
MODES = (("DMA-FQ", "lazy"), ("DMA", "strict"), ("identity", "passthrough"))


class Machine:
    """Found once, at the start."""

    def __init__(self, host, environ=None):
        self.host = host
        environ = os.environ if environ is None else environ
        self.xen = host.sys_text("hypervisor/type") == "xen"
        self.domain = self.guest_type = self.xen_version = self.environment = None
        self.cmdline = host.proc_text("cmdline")
        self.swiotlb_forced = bool(re.search(r"(^| )swiotlb=([0-9,]*,)?force( |$)", self.cmdline))
        # a name given by who booted it, and who then writes bench.json: it shows not all by itself
        self.named = environ.get("XSW_ENVIRONMENT")
        if self.xen:
            self._find_xen()
        self._take_modes(self._mode(path) for path in host.sys_glob("kernel/iommu_groups/*/type"))
        self.emulated = self._is_emulated(environ.get("XSW_EMULATED", ""))
        self.pmu = any(os.path.exists(host.sysfs("bus/event_source/devices", name))
                       for name in ("cpu", "cpu_core"))

    def _find_xen(self):
        text = self.host.sys_text
        dom0 = "control_d" in self.host.proc_text("xen/capabilities")
        self.domain = "dom0" if dom0 else "domU"
        self.guest_type = text("hypervisor/guest_type", default="PV")
        self.environment = "xen-" + self.domain.lower()
        if self.guest_type != "PV":
            self.environment += "-" + self.guest_type.lower()
        major, minor, extra = (text("hypervisor/version", name, default="")
                               for name in ("major", "minor", "extra"))
        self.xen_version = f"{major}.{minor}{extra}"
        if self.guest_type == "PV" and self.swiotlb_forced:
            self.environment += "-forced"
        elif self.guest_type == "PV" and (self.stock_pool()["bytes"] or 0) > DEFAULT_POOL:
            self.environment += "-large-pool"

    def _mode(self, path):
        """What the IOMMU does with the DMA of a group, by the file that tells its type."""
        kind = self.host.text(path, "") if self.host.sys_names("class/iommu") else ""
        return next((name for word, name in MODES if word in kind), "none")

    def _take_modes(self, modes):
        """The mode of the IOMMU, and the name of the environment that has it in it."""
        modes = set(modes)
        self.iommu = next((name for _, name in MODES if name in modes), "none")
        if not self.xen:
            self.environment = "native-swiotlb" if self.swiotlb_forced else \
                "native" + (f"-iommu-{self.iommu}" if self.iommu != "none" else "")
        self.environment = self.named or self.environment

    def measures(self, functions):
        """Which PCI functions are measured: the IOMMU's mode is that of their groups, and no other
        device's. Returns the mode of each.
        """
        modes = {one: self._mode(self.host.sysfs("bus/pci/devices", one, "iommu_group/type"))
                 for one in functions}
        self._take_modes(modes.values())
        return modes

    def _is_emulated(self, said):
        """An interpreting emulator calls its processor so; XSW_EMULATED=yes or no overrules."""
        if said in ("yes", "1"):
            return True
        if said in ("no", "0"):
            return False
        return bool(re.search(r"^model name.* TCG CPU", self.host.proc_text("cpuinfo"), re.M))

    def refuses_module(self):
        """Why the module can't work here at all; None if it can."""
        if not self.xen:
            return f"the module works in a Xen PV domain; this is {self.environment}"
        if self.guest_type != "PV":
            return f"the module works in a Xen PV domain; this one is {self.guest_type}"
        return None

    def boot_id(self):
        """The kernel's name of this boot."""
        return self.host.proc_text("sys/kernel/random/boot_id", default=None)

    def describe(self):
        """The object "machine" of the record, with all that may move a figure by itself."""
        host = self.host
        cpu = re.search(r"^model name[^:]*: (.*)$", host.proc_text("cpuinfo"), re.M)
        memory = {name: int(kib) * 1024 for name, kib in
                  re.findall(r"^(\w+): +(\d+) kB$", host.proc_text("meminfo"), re.M)}
        above = self._bytes_above_4g()
        missing = {} if above is not None else {
            "machine_memory": "in a domain the addresses of its memory are not the machine's"}
        found = {
            "cpu": cpu.group(1) if cpu else None, "cpus": os.cpu_count(),
            "memory_bytes": memory.get("MemTotal"),
            "memory_available_bytes": memory.get("MemAvailable"),
            "hypervisor": self.xen_version and "xen " + self.xen_version,
            "domain": self.domain, "pv": self.guest_type == "PV", "guest_type": self.guest_type,
            "iommu": self.iommu,
            "clocksource": host.sys_text(
                "devices/system/clocksource/clocksource0/current_clocksource"),
            "pmu": self.pmu, "machine_memory": above,
            "boot_id": self.boot_id(), "cmdline": self.cmdline,
            "uptime_s": float((host.proc_text("uptime") or "0").split()[0]),
            "load_average": host.proc_text("loadavg", default=None),
            "governor": host.sys_text("devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            "smt": host.sys_text("devices/system/cpu/smt/control"),
            "tsc": self._tsc(), "microcode": host.sys_text(
                "devices/system/cpu/cpu0/microcode/version"),
        }
        found.update(self._toolstack())
        for name, why in (("governor", "this kernel steers no frequency"),
                          ("xen_scheduler", "only a dom0's toolstack tells it"),
                          ("vcpu_pinning", "only a dom0's toolstack tells it")):
            if found[name] is None:
                missing[name] = why
        found["missing"] = missing
        return found

    def _tsc(self):
        flags = re.search(r"^flags[^:]*: (.*)$", self.host.proc_text("cpuinfo"), re.M)
        words = flags.group(1).split() if flags else []
        return [word for word in ("tsc", "constant_tsc", "nonstop_tsc", "rdtscp") if word in words]

    def _toolstack(self):
        """What Xen's toolstack tells; only where it runs."""
        found = {"xen_scheduler": None, "vcpu_pinning": None}
        if self.domain != "dom0" or not os.path.exists("/run/xenstored/socket"):
            return found
        status, text = process.output(["xl", "info", "xen_scheduler"], 10)
        found["xen_scheduler"] = text if status == 0 and text else None
        status, text = process.output(["xl", "vcpu-list", "0"], 10)
        found["vcpu_pinning"] = text.splitlines()[1:] if status == 0 else None
        return found

    def _bytes_above_4g(self):
        """Memory above 4 GiB as the machine addresses it; None where only Xen knows."""
        if self.xen:
            return None
        total = 0
        for start, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) : System RAM$",
                                     self.host.proc_text("iomem"), re.M):
            if int(end, 16) >= 1 << 32:
                total += int(end, 16) - int(start, 16) + 1
        return total

    def stock_pool(self):
        """The object "stock_pool" of the record."""
        slabs = self.host.sys_text("kernel/debug/swiotlb/io_tlb_nslabs")
        return {"bytes": int(slabs) * 2048 if slabs else None, "force": self.swiotlb_forced}


def suite_version(checkout):
    """git's name of this commit; without git in reach, from the repository's own files."""
    status, text = process.output(
        ["git", "-c", "safe.directory=*", "-C", checkout, "describe", "--always", "--dirty"], 10)
    if status == 0:
        return text
    for name in ("VERSION", ".git/HEAD"):
        try:
            with open(os.path.join(checkout, name)) as file:
                head = file.read().strip()
        except OSError:
            continue
        if not head.startswith("ref: "):
            return head[:12] if name == ".git/HEAD" else head
        return _git_reference(checkout, head[5:])
    return None


def _git_reference(checkout, reference):
    try:
        with open(os.path.join(checkout, ".git", reference)) as file:
            return file.read().strip()[:12]
    except OSError:
        pass
    try:
        with open(os.path.join(checkout, ".git", "packed-refs")) as file:
            found = re.search(r"^([0-9a-f]+) " + re.escape(reference) + "$", file.read(), re.M)
            return found.group(1)[:12] if found else None
    except OSError:
        return None


def versions(machine):
    """The object "versions" of the record."""
    host = machine.host

    def first_line(*command):
        status, text = process.output(list(command), 10)
        return text.splitlines()[0] if status == 0 and text else None

    return {"kernel": os.uname().release, "xen": machine.xen_version,
            "module": host.sys_text("module/xen_swiotlb/version") or
            host.sys_text("module/xen_swiotlb/srcversion"),
            "fio": first_line("fio", "--version"), "iperf3": first_line("iperf3", "--version"),
            "suite": suite_version(host.checkout)}
