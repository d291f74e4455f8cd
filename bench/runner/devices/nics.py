# SPDX-License-Identifier: GPL-2.0-only
"""Finds network cards, who uses them, and which unused ones are linked to each other."""

import os
import re
import socket
import struct
from typing import NamedTuple

import process
from devices import pci
from errors import Refused


class Nic(NamedTuple):
    """A network card and who does its DMA."""
    name: str
    function: str


def find(host, leave_out):
    """The cards by interface, in order."""
    nics = {}
    for name in host.sys_names("class/net"):
        device = host.sysfs("class/net", name, "device")
        if not os.path.exists(device):
            continue
        function = pci.above(os.path.realpath(device))
        if function:
            nics[name] = Nic(name, function)
        else:
            leave_out(name, "no PCI device of this machine does its DMA")
    return nics


def resolve(nics, word):
    """The card that an argument, an interface or a PCI address, means. Raises Refused."""
    for nic in nics.values():
        if word in nic:
            return nic
    raise Refused(f"no network card '{word}' on a PCI device of this machine")


def addresses(name):
    """The addresses of an interface, but those of its link alone: ["192.0.2.1/24"]."""
    _, text = process.output(["ip", "-o", "addr", "show", "dev", name, "scope", "global"])
    return re.findall(r" inet6? (\S+)", text)


def carriers(host, name):
    """The interface itself and what is built on it: a bridge, a bond, a VLAN."""
    found, waiting = [], [name]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += [entry[6:] for entry in host.sys_names("class/net", one)
                    if entry.startswith("upper_")]
        master = host.sysfs("class/net", one, "master")
        if os.path.islink(master):
            waiting.append(os.path.basename(os.path.realpath(master)))
    return list(dict.fromkeys(found))


def _routes_by_default():
    _, text = process.output(["ip", "-o", "route", "show", "default"])
    return set(re.findall(r" dev (\S+)", text))


def _address(words):
    """An address as /proc/net/tcp writes it: words of 32 bits, each in the machine's order."""
    packed = b"".join(struct.pack("=I", int(words[at:at + 8], 16))
                      for at in range(0, len(words), 8))
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, packed).replace("::ffff:", "")


def _ssh_devices(host):
    """The interfaces that a session over ssh comes in by.

    The kernel's own table is read: ss would load modules.
    """
    local = set()
    for name in ("net/tcp", "net/tcp6"):
        local.update(map(_address, re.findall(r"^ *\d+: ([0-9A-F]+):0016 \S+ 01 ",
                                              host.proc_text(name), re.M)))
    said = os.environ.get("SSH_CONNECTION", "").split()
    if len(said) == 4:
        local.add(said[2])
    if not local:
        return set()
    _, text = process.output(["ip", "-o", "addr", "show"])
    return {name for name, address in re.findall(r"^\d+: (\S+) +inet6? ([^/ ]+)", text, re.M)
            if address in local}


def user(host, name):
    """Who uses a card; None if nobody does."""
    folder = ("class/net", name)
    carried = set(carriers(host, name))
    flags = int(host.sys_text(*folder, "flags", default="0x0"), 16)
    # what carries a session or a route is up
    if flags & 1:
        if carried & _ssh_devices(host):
            return "a session over ssh comes in by it"
        if carried & _routes_by_default():
            return "the default route goes over it"
    if os.path.exists(host.sysfs(*folder, "master")):
        return "it belongs to " + os.path.basename(os.path.realpath(host.sysfs(*folder, "master")))
    for entry in host.sys_names(*folder):
        if entry.startswith("upper_"):
            return f"{entry[6:]} is built on it"
    having = addresses(name)
    if flags & 1:
        return "it is up" + (f" with {having[0]}" if having else "")
    if having:
        # a network namespace would take it away
        return f"it is down, but has the address {having[0]}"
    return None
