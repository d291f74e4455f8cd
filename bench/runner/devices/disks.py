# SPDX-License-Identifier: GPL-2.0-only
"""Finds disks, the PCI function whose DMA serves each, and whether one is in use."""

import errno
import fnmatch
import os
import re
from typing import NamedTuple, Optional

import process
from devices import pci
from errors import Refused

# Block devices that are made of others, or of memory, are not loaded.
NOT_REAL = ("loop*", "ram*", "zram*", "dm-*", "md*", "sr*", "fd*", "nbd*", "zd*", "drbd*",
            "bcache*")
# What lies on a disk that is a part of something.
MEMBER = re.compile(r"_member$|^LVM|^crypto_LUKS$|^swap$|^bcache$|^ceph")


class Disk(NamedTuple):
    """A disk and who does its DMA."""
    name: str
    function: str
    serial: str
    nsid: Optional[str]
    bytes: int


def _is_real(name):
    return not any(fnmatch.fnmatch(name, pattern) for pattern in NOT_REAL)


def _paths(host, name):
    """The folders of a disk below its controllers.

    Several controllers may lead to an NVMe disk: then it hangs below its subsystem, whose folder
    links to the controllers.
    """
    real = os.path.realpath(host.sysfs("block", name))
    if "/nvme-subsystem/" not in real:
        return [real]
    folder = os.path.dirname(real)
    return [os.path.realpath(os.path.join(folder, link)) for link in sorted(os.listdir(folder))
            if re.match(r"nvme[0-9]+$", link)]


def _serial(host, real, path):
    """The serial number, looked for from the disk's folder upwards, to its PCI function.

    A USB root hub's number is not the disk's.
    """
    for folder in (real, path):
        while len(folder) > 1:
            if re.match(r"[0-9a-f]{4,}:[0-9a-f]{2}:|usb[0-9]", os.path.basename(folder)):
                break
            text = host.text(os.path.join(folder, "serial"))
            if text:
                return text.replace(" ", "")
            folder = os.path.dirname(folder)
    return ""


def find(host, leave_out):
    """The disks by name, in order; leave_out(what, why) is told of those that are none of ours."""
    disks = {}
    for name in host.sys_names("block"):
        if not _is_real(name):
            continue
        paths = _paths(host, name)
        function = pci.above(paths[0]) if len(paths) == 1 else None
        if len(paths) != 1:
            leave_out(name, f"{len(paths)} controllers lead to it")
        elif not function:
            leave_out(name, "no PCI device of this machine does its DMA")
        else:
            real = os.path.realpath(host.sysfs("block", name))
            disks[name] = Disk(name, function, _serial(host, real, paths[0]),
                               host.sys_text("block", name, "nsid"),
                               int(host.sys_text("block", name, "size", default="0")) * 512)
    return disks


def parts(host, name):
    """The disk's name and those of its partitions."""
    return [name] + [part for part in host.sys_names("block", name)
                     if part.startswith(name) and
                     os.path.isdir(host.sysfs("block", name, part))]


def _numbers(host, name):
    """"major:minor" of the disk and of its partitions."""
    return [number for number in
            (host.sys_text("block", *where) for where in
             [(name, "dev")] + [(name, part, "dev") for part in parts(host, name)[1:]]) if number]


def _mounted(host, name):
    numbers, sources = _numbers(host, name), [host.node(part) for part in parts(host, name)]
    for line in host.proc_text("self/mountinfo").splitlines():
        words = line.split()
        if words[2] in numbers:
            return "it carries the root file system" if words[4] == "/" else \
                f"it is mounted on {words[4]}"
        # file systems of several devices have a number of their own: look at the source
        if " - " in line and line.split(" - ")[1].split()[1] in sources:
            return "a mounted file system uses it"
    for part in parts(host, name):
        if host.sys_glob("fs/btrfs/*/devices", part):
            return "a mounted btrfs uses it"
    return None


def _swap(host, name):
    nodes = [line.split()[0] for line in host.proc_text("swaps").splitlines()[1:]]
    return "it is swap" if any(host.node(part) in nodes for part in parts(host, name)) else None


def _held(host, name):
    for part in parts(host, name):
        where = ("block", name) if part == name else ("block", name, part)
        for holder in host.sys_names(*where, "holders"):
            folder = where + ("holders", holder)
            kind = host.sys_text(*folder, "dm/name") or host.sys_text(*folder, "md/level")
            return f"it is held by {holder} ({kind or 'holder'})"
    return None


def _guest(host, name):
    """A backend of Xen's that serves the disk to a guest names it by hexadecimal numbers."""
    numbers = ["{:x}:{:x}".format(*map(int, number.split(":"))) for number in _numbers(host, name)]
    for path in host.sys_glob("bus/xen-backend/devices/vbd-*/physical_device"):
        if host.text(path) in numbers:
            return "it serves guest " + os.path.basename(os.path.dirname(path))[4:]
    return None


def _claimed(host, name):
    """What claims a disk for itself leaves no trace but that nobody else may (ZFS, a target)."""
    for part in parts(host, name):
        try:
            os.close(os.open(host.node(part), os.O_RDONLY | os.O_EXCL))
        except OSError as error:
            if error.errno == errno.EBUSY:
                return f"the kernel holds {part} for itself (ZFS, multipath or a target)"
    return None


def user(host, name):
    """Who uses a disk; None if nobody does."""
    for look in (_mounted, _swap, _held, _guest, _claimed):
        found = look(host, name)
        if found:
            return found
    return None


def member(host, name):
    """What lies on a disk that nobody uses now but that is a part of something.

    The disk itself is read, and its partitions: udev's memory may be missing. Without an answer
    it is not written to.
    """
    for part in parts(host, name):
        node = host.node(part)
        try:
            with open(node, "rb") as file:
                file.read(512)
        except OSError as error:
            return f"what lies on {part} can't be read ({node}: {error.strerror})"
        status, text = process.output(["blkid", "-p", "-o", "export", node], both=True)
        if status not in (0, 2) or status == 2 and text:
            return f"what lies on {part} can't be read (blkid -p {node}: status {status})"
        for kind in re.findall(r"^TYPE=(.*)$", text, re.M):
            if MEMBER.search(kind):
                who = "it" if part == name else part
                return f"{who} carries {kind} data: wipefs -a {node} first if that may go"
    return None


def resolve(host, disks, word):
    """The Disk that an argument means. Raises Refused."""
    if word.startswith("serial:"):
        found = [disk for disk in disks.values() if disk.serial == word[7:]]
    elif "/" in word:
        name = os.path.basename(os.path.realpath(word))
        if not os.path.exists(word):
            raise Refused(f"no such disk: {word}")
        if os.path.exists(host.sysfs("class/block", name, "partition")):
            raise Refused(f"{word} is a partition: name its whole disk")
        found = [disk for disk in disks.values() if disk.name == name]
    elif word in disks:
        found = [disks[word]]
    elif os.path.exists(host.sysfs("bus/pci/devices", word)):
        found = [disk for disk in disks.values() if disk.function == word]
    else:
        raise Refused(f"no such disk: {word} (wants /dev/NODE, serial:SERIAL or the address of a "
                      "PCI device that exists)")
    if not found:
        raise Refused(f"{word} is no disk behind a PCI device of this machine")
    if len(found) > 1:
        names = " ".join(disk.name for disk in found)
        raise Refused(f"{word} is several disks ({names}): name one by its node")
    return found[0]


def locate(host, function, serial, nsid):
    """The name that a disk has now, behind its function; None while it is not there."""
    for name, disk in find(host, lambda *_: None).items():
        if (disk.function, disk.serial, disk.nsid) == (function, serial, nsid):
            return name if disk.bytes and os.path.exists(host.node(name)) else None
    return None
