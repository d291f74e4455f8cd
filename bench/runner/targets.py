# SPDX-License-Identifier: GPL-2.0-only
"""Decides what is loaded: disks and cards, what may be written to, what may move to the module."""

import os
import shutil
import time

import peers
import plan_text
import process
import spaces
from devices import disks, nics, pci
from errors import Failed, Refused

MODULE_DIR = "/sys/devices/platform/xen_swiotlb"


class Target:
    """A disk, a pair of linked cards, or a card over which a peer is reached.

    Its id is the kernel's name of the disk or of the first card when the run began; names and
    node change when the device moves.
    """

    def __init__(self, host, kind, functions, names):
        self.host, self.kind, self.functions, self.names = host, kind, functions, names
        self.id = names[0]
        function = pci.Function(host, functions[0])
        self.driver, self.mask = function.driver, function.mask
        self.serial, self.nsid, self.bytes = "", None, 0
        self.writable = self.module = False
        self.spare = False  # named for the module, and may be taken from its driver
        self.peer = None
        self.settings = {}

    @property
    def node(self):
        """The node of a disk."""
        return self.host.node(self.names[0])

    @property
    def wide(self):
        """Does its DMA reach beyond 32 bits?"""
        return self.mask > 32

    def locate(self):
        """Finds it again by function and serial number. False while it is not there."""
        if self.kind == "disk":
            name = disks.locate(self.host, self.functions[0], self.serial, self.nsid)
            names = [name] if name else []
        else:
            names = [name for function in self.functions
                     for name in self.host.sys_names("bus/pci/devices", function, "net")[:1]]
        if len(names) != len(self.names):
            return False
        self.names = names
        return True


def of_disk(host, disk):
    """The target that a Disk is."""
    target = Target(host, "disk", [disk.function], [disk.name])
    target.serial, target.nsid, target.bytes = disk.serial, disk.nsid, disk.bytes
    return target


class Finder:
    """Finds the targets of one run: targets, and left_out as (what, why)."""

    def __init__(self, host, machine, options):
        self.host, self.machine, self.options = host, machine, options
        self.targets, self.left_out = [], []
        self.unpaired = ""
        self.in_use = []  # commands that would load what is in use
        self.disks = disks.find(host, self.leave_out)
        self.nics = nics.find(host, self.leave_out)

    def leave_out(self, what, why):
        """Notes what is not loaded, and why."""
        self.left_out.append((what, why))

    def find(self):
        """Fills targets. Raises Refused."""
        if self.options.peer:
            self._find_peer()
        self._find_disks()
        self._find_writable()
        self._find_nics()
        if not self.options.limited:
            self._tell_missing()
        if not self.targets and not self.unpaired:
            raise Refused(self._nothing(), plan_text.left_out_lines(self.left_out))
        tell_modes(self.machine, self.targets, self.leave_out)
        self._find_module()

    def _nothing(self):
        text = "nothing to load: no unused disk and no linked pair of unused network cards."
        if self.in_use:
            command = "bench/run" if self.machine.xen else "bench/run --here"
            return text + " What is in use can be measured, reads only:\n" + \
                "\n".join(f"  {command} {words}" for words in self.in_use)
        return text + " Name a disk with --disk to read from it though it is in use"

    def _find_peer(self):
        nic = nics.resolve(self.nics, self.options.nic[0])
        target = Target(self.host, "peer", [nic.function], [nic.name])
        target.peer = peers.find(self.host, nic.name, self.options.peer,
                                 self.options.rate or peers.DEFAULT_RATE,
                                 listening=not self.options.dry_run)
        self.targets.append(target)

    def _find_disks(self):
        options, wanted = self.options, []
        for word in options.disk + options.write:
            disk = disks.resolve(self.host, self.disks, word)
            if disk.name not in wanted:
                wanted.append(disk.name)
        for name, disk in self.disks.items():
            if name in wanted:
                self.targets.append(of_disk(self.host, disk))
                continue
            if options.limited:
                self.leave_out(name, "not named")
                continue
            user = disks.user(self.host, name)
            if not disk.bytes:
                self.leave_out(name, "no medium in it")
            elif user:
                named = f"--disk {self.host.node(name)}"
                self.leave_out(name, f"{user}; {named} reads from it all the same")
                self.in_use.append(named)
            else:
                self.targets.append(of_disk(self.host, disk))

    def _find_writable(self):
        for word in self.options.write:
            disk = disks.resolve(self.host, self.disks, word)
            why = disks.user(self.host, disk.name) or disks.member(self.host, disk.name)
            if why:
                raise Refused(f"refusing to write to {self.host.node(disk.name)}: {why}")
            self.by_id(disk.name).writable = True

    def by_id(self, name):
        """The target of a name."""
        return next(target for target in self.targets if target.id == name)

    def _find_nics(self):
        options, wanted, unused = self.options, [], []
        if options.peer:
            return
        for word in options.nic:
            nic = nics.resolve(self.nics, word)
            user = nics.user(self.host, nic.name)
            if user:
                raise Refused(f"refusing to load {nic.name}: {user}")
            wanted.append(nic.name)
        for name in self.nics:
            user = nics.user(self.host, name)
            if user:
                self.leave_out(name, user)
                if "is up" in user or "route" in user or "ssh" in user:
                    self.in_use.append(f"--nic {name} --peer HOST   (HOST runs: iperf3 -s)")
            elif options.limited and len(wanted) != 1 and name not in wanted:
                self.leave_out(name, "not named")
            else:
                unused.append(name)
        if len(unused) == 1:
            self.leave_out(unused[0], "no second unused network card to exchange packets with")
        elif unused and options.changes_nothing:
            self._tell_unused(unused)
            return
        pairs = spaces.find_pairs(unused, self.leave_out) if len(unused) > 1 else []
        self._add_pairs(pairs, wanted)

    def _tell_unused(self, unused):
        """A dry run changes nothing, so it pings nobody."""
        self.unpaired = ", ".join(unused[:-1]) + " and " + unused[-1]
        self.leave_out("network load",
                       f"{self.unpaired} are unused: pings at the start tell which are linked")

    def _add_pairs(self, pairs, wanted):
        missing = list(wanted)
        for pair in pairs:
            if wanted and not set(wanted) & set(pair):
                self.leave_out(" and ".join(pair), "not named")
                continue
            functions = [self.nics[name].function for name in pair]
            self.targets.append(Target(self.host, "pair", functions, list(pair)))
            missing = [name for name in missing if name not in pair]
        if missing:
            raise Refused(f"network card {missing[0]} has no partner: no other unused card answers "
                          "across its link")

    def _tell_missing(self):
        """A comparison wants a disk that reaches all memory, one that does not, and packets."""
        found = {"pair" if target.kind == "pair" else "wide" if target.wide else "narrow"
                 for target in self.targets}
        if "wide" not in found:
            self.leave_out("64-bit disk", "found no unused one")
        if "narrow" not in found:
            self.leave_out("32-bit disk",
                           "found no unused one: no storage here bounces by nature")
        if "pair" not in found and not self.unpaired:
            self.leave_out("network load", "found no linked pair of unused network cards")
        if "pair" in found and not shutil.which("busybox"):
            self.leave_out("data-check", "no busybox here to listen: apt-get install busybox")

    def _find_module(self):
        options = self.options
        if not options.try_module:
            return
        # the same command in each boot of a host: without Xen such a device is for dmabench alone
        no_module = self.machine.refuses_module()
        if no_module:
            self.leave_out("backend module", no_module)
        for word in options.try_module:
            for target in self.targets if word == "all" else [self._resolve(word)]:
                why = self.unmovable(target)
                if why and word != "all":
                    raise Refused(f"refusing to move {target.id} to the module: {why}")
                if why:
                    self.leave_out(f"module on {target.id}", why)
                else:
                    target.spare, target.module = True, not no_module

    def _resolve(self, word):
        """The target that a DEV argument of --try-module means."""
        name = word
        if word.startswith("serial:") or "/" in word:
            name = disks.resolve(self.host, self.disks, word).name
        for target in self.targets:
            if name in target.names + target.functions:
                return target
        if name in self.nics:
            user = nics.user(self.host, name)
            raise Refused(f"--try-module {word}: not among the devices that are loaded" +
                          (f", for {user}" if user else ""))
        if pci.ADDRESS.match(word) and not os.path.exists(self.host.sysfs("bus/pci/devices", word)):
            raise Refused(f"--try-module {word}: there is no such PCI device")
        raise Refused(f"--try-module {word}: not among the devices that are loaded")

    def unmovable(self, target):
        """Unbinding a function takes away all that hangs on it: what forbids that, or None."""
        if target.kind == "peer":
            return "it is in use"
        for address in target.functions:
            function = pci.Function(self.host, address)
            if not function.driver:
                return f"{address} has no driver"
            for disk in self.disks.values():
                user = disk.function == address and disks.user(self.host, disk.name)
                if user:
                    return f"{disk.name} is behind {address} and {user}"
            for nic in self.nics.values():
                user = nic.function == address and nics.user(self.host, nic.name)
                if user:
                    return f"{nic.name} is behind {address} and {user}"
            hanger = function.hangers()
            if hanger:
                return f"{hanger} is behind {address} too"
            mates = [mate for mate in function.group_mates() if mate not in target.functions]
            if mates:
                return f"{address} shares its IOMMU group with {mates[0]}"
        return None


def tell_modes(machine, targets, leave_out):
    """Tells the machine what is measured, and the reader where an IOMMU treats that differently."""
    if not targets:
        return
    modes = machine.measures([one for target in targets for one in target.functions])
    if len(set(modes.values())) > 1:
        told = ", ".join(f"{target.id} " + " and ".join(sorted({modes[one] for one in
                                                                target.functions}))
                         for target in targets)
        leave_out("one IOMMU mode for all", f"their groups differ ({told}): this boot counts as "
                  f"{machine.environment}")


def module_owns(target):
    """Are all its functions on the module? What is called 'module' in the record must be."""
    text = target.host.text(os.path.join(MODULE_DIR, "devices"), "")
    owned = {line.split()[0] for line in text.splitlines() if line.split()[1:2] == ["attached"]}
    return owned.issuperset(target.functions)


def settle():
    """Lets udev name what has appeared."""
    if shutil.which("udevadm"):
        process.output(["udevadm", "settle", "-t", "5"], 10)


def await_located(target, timeout_s=30):
    """Waits for a target to come up under its driver. Raises Failed."""
    end = time.monotonic() + timeout_s
    while not target.locate():
        if time.monotonic() > end:
            raise Failed(f"{target.id} did not come up under its driver {target.driver}")
        time.sleep(0.1)
    settle()
    if not target.locate():
        raise Failed(f"{target.id} vanished again")
