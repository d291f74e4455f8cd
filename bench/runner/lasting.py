# SPDX-License-Identifier: GPL-2.0-only
"""Names of devices that hold over boots. The kernel's name of a disk or of a card may be another
one's in the next boot: its serial number or its PCI address is not.
"""

import os

import boots
from devices import pci
from errors import Refused

NAMING = ("--disk", "--write", "--nic", "--try-module")


def devices_of(folder, command):
    """The devices of the first record in a folder that began with a command; [] without one."""
    found = []
    for name in sorted(os.listdir(folder)):
        try:
            record = boots.earlier(os.path.join(folder, name))
        except Refused:
            continue
        if record and record.get("command", "").split("; ")[0] == command:
            found.append((record.get("started", ""), record.get("devices", [])))
    return min(found, key=lambda one: one[0])[1] if found else []


def _device(word, devices):
    """The entry of a record's devices that a kernel's name means; None if it means none."""
    name = os.path.basename(word)
    now = os.path.basename(os.path.realpath(word)) if "/" in word else name
    return next((one for one in devices if one["target"] == name), None) or \
        next((one for one in devices if one["id"] in (name, now)), None)


def name(option, word, devices):
    """What an option's word is called in any boot. None for a disk that may be written to and has
    no such name: in the next boot the word may mean a disk with somebody's data.
    """
    if option not in NAMING or word == "all" or word.startswith("serial:") or \
            "/disk/by-" in word or pci.ADDRESS.match(word):
        return word
    found = _device(word, devices)
    serials = [one["serial"] for one in devices if one["role"] == "disk"]
    if found and found["serial"] and serials.count(found["serial"]) == 1:
        return "serial:" + found["serial"]
    if option == "--write":
        return None
    return found["bdf"] if found else word


def check(folder, environment, targets):
    """Raises Refused where a disk that may be written to has the name of another one that was
    written to in another environment of a folder.
    """
    mine = {target.id: target.serial or None for target in targets if target.writable}
    for other in sorted(os.listdir(folder)) if mine and os.path.isdir(folder) else ():
        try:
            record = boots.earlier(os.path.join(folder, other))
        except Refused:
            continue
        for one in record.get("devices", ()) if record and other != environment else ():
            if one["writable"] and one["target"] in mine and one["serial"] != mine[one["target"]]:
                raise Refused(f"refusing to write to {one['target']}: its serial number is "
                              f"{mine[one['target']]}, that of the disk which {other} wrote to in "
                              f"{folder} is {one['serial']}: name that one, --write "
                              f"serial:{one['serial']}, or another --out")
