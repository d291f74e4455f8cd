# SPDX-License-Identifier: GPL-2.0-only
"""The environments that can be benched: files with bench=PLACE, and which of them are wanted."""

import os
from typing import NamedTuple, Tuple

from errors import Refused


class Environment(NamedTuple):
    """What the bench takes from an environment's file."""
    name: str
    describe: str
    place: int
    quick: bool                # is it in the quick set, or in the full one alone?
    short: bool                # has it the loads of the quick set in the full one, too?
    write: Tuple[str, ...]     # serial numbers of the scratch disks
    module: str                # devices that the module is tried on, '' for none
    loads: Tuple[str, ...]     # more of the runner's options
    unclocked: str             # why it is not booted by the instruction clock, too; '': it is
    takes: Tuple[int, ...]     # seconds of its boots: loads of the quick and the full set, dmabench

    @property
    def backends(self):
        """The backends that dmabench times there."""
        return ("stock", "module") if self.module else ("stock",)


def read(path):
    """The Environment of a file, or None where it is not for the bench."""
    text = {}
    with open(path) as file:
        for line in file:
            if "=" in line and not line.startswith("#"):
                key, value = line.rstrip("\n").split("=", 1)
                text[key] = value
    if not text.get("bench"):
        return None
    return Environment(os.path.basename(path)[:-len(".env")], text.get("describe", ""),
                       int(text["bench"]), text.get("sets") != "full", text.get("short") == "yes",
                       tuple(text.get("write", "").split()), text.get("module", ""),
                       tuple(text.get("loads", "").split()), text.get("unclocked", ""),
                       tuple(map(int, text["takes"].split())))


def find(folder):
    """All Environments in a folder, in their order."""
    found = [read(os.path.join(folder, name)) for name in os.listdir(folder)
             if name.endswith(".env")]
    return sorted((one for one in found if one), key=lambda one: one.place)


def choose(known, words, full):
    """Those that ENV= names ('all', or a list with commas), else those of the set."""
    names = [name for word in words for name in word.split(",") if name]
    if "all" in names:
        return known
    by_name = {one.name: one for one in known}
    for name in names:
        if name not in by_name:
            raise Refused(f"no environment '{name}' can be benched: there are all, " +
                          ", ".join(by_name))
    if names:
        return [one for one in known if one.name in names]
    return [one for one in known if full or one.quick]
