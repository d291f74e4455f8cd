#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Joins the bus addresses that the DMA API gave the disk with those that its device model touched.

Usage: join.py FOLDER: what truth/record and the emulator's trace.txt left there.
"""

import collections
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../../../../../impl/tests"))
from tap import Tap  # noqa: E402

PAGE = 4096


def pieces(address, size):
    """A range in pieces that end at pages, as the device takes them."""
    found = []
    while size:
        length = min(size, PAGE - address % PAGE)
        found.append((address, length))
        address, size = address + length, size - length
    return found


def numbers(text):
    """The numbers of a list in an event."""
    return [int(word, 0) for word in re.split(r"[,\s]+", text.strip("{} ")) if word]


def mapped(line):
    """(what names the mapping when it is taken back, its pieces) of an event."""
    if "dma_map_sg:" in line:
        addresses = numbers(re.search(r"dma_addrs=(\{[^}]*\})", line).group(1))
        sizes = numbers(re.search(r" sizes=(\{[^}]*\})", line).group(1))
        if len(addresses) != len(sizes):
            raise ValueError("an address without its size: " + line)
        return taken_back(line), [piece for pair in zip(addresses, sizes)
                                  for piece in pieces(*pair)]
    address = int(re.search(r"dma_addr=(\S+)", line).group(1), 16)
    return address, pieces(address, int(re.search(r" size=(\d+)", line).group(1)))


def taken_back(line):
    """What names a mapping in the event of its unmap: a list's memory, or an address."""
    if "_sg:" in line:
        return tuple(numbers(re.search(r"phys_addrs=(\{[^}]*\})", line).group(1)))
    return int(re.search(r"dma_addr=(\S+)", line).group(1), 16)


class Given:
    """What the DMA API gave a disk, from a file of the kernel's events.

    mappings: a list of each one's pieces, in the order in which they were made; strays: unmaps of what
    was not alive; left: what was not taken back; early: mappings that were taken back before the driver
    saw that a command was done, since the mapping was made.
    """

    def __init__(self, path):
        self.mappings, self.strays, self.early, done = [], [], [], 0
        alive = {}
        with open(path) as file:
            for line in file:
                if re.search(r"dma_map_(page|phys|sg):", line):
                    name, found = mapped(line)
                    self.mappings.append(found)
                    alive.setdefault(name, []).append(done)
                elif re.search(r"dma_unmap_(page|phys|sg):", line):
                    name = taken_back(line)
                    if not alive.get(name):
                        self.strays.append(name)
                    elif alive[name].pop(0) == done:
                        self.early.append(name)
                elif "nvme_sq:" in line:
                    done += 1
        self.left = [name for name, times in alive.items() if times]


def touched(path, phases):
    """{phase: a list of each command's pieces, in the device's order}.

    Other commands' addresses are of no phase: those of reads elsewhere, and of administration.
    """
    found = {name: [] for name, _, _ in phases}
    command = None
    with open(path) as file:
        for line in file:
            if "pci_nvme_admin_cmd" in line:
                command = None
            match = re.search(r"pci_nvme_(?:read|write) .*lba 0x([0-9a-f]+)", line)
            if match:
                lba = int(match.group(1), 16)
                command = next((found[name] for name, first, last in phases
                                if first <= lba <= last), None)
                if command is not None:
                    command.append([])
                continue
            match = re.search(r"pci_nvme_map_addr addr 0x([0-9a-f]+) len (\d+)", line)
            if match and command:
                command[-1] += pieces(int(match.group(1), 16), int(match.group(2)))
    return found


def main(folder):
    """One check a phase and question."""
    tap = Tap()
    with open(os.path.join(folder, "phases")) as file:
        phases = [(name, int(first), int(last)) for name, first, last in map(str.split, file)]
    device = touched(os.path.join(folder, "trace.txt"), phases)
    for name, _, _ in phases:
        told = Given(os.path.join(folder, name + ".trace"))
        kernel = told.mappings
        mine = collections.Counter(piece for one in kernel for piece in one)
        its = collections.Counter(piece for one in device[name] for piece in one)
        print(f"# {name}: {len(kernel)} mappings, {len(device[name])} commands, "
              f"{sum(its.values())} pieces")
        tap.ok(len(kernel) >= 40, f"{name}: there was a load", len(kernel), "40 mappings or more")
        tap.equal(sorted((its - mine).items())[:3], [],
                  f"{name}: nothing was touched that was not mapped")
        tap.equal(sorted((mine - its).items())[:3], [], f"{name}: all that was mapped was touched")
        tap.equal([told.strays[:3], told.left[:3]], [[], []],
                  f"{name}: each mapping was taken back, once")
        tap.equal(told.early[:3], [], f"{name}: none before a command was done")
        if not name.endswith("-deep"):
            same = [sorted(one) for one in kernel] == [sorted(one) for one in device[name]]
            tap.ok(same, f"{name}: each command touched the mapping alive at that moment", same, True)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
