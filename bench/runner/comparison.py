# SPDX-License-Identifier: GPL-2.0-only
"""bench.json of a real host: which environments of it a run's folder has, and how to boot those that
it lacks. Each boot of the host adds one: the same command, the same --out (results/SCHEMA.md).

As a program, with a folder: status 0 if what lies there was measured on this host.
"""

import hashlib
import json
import os
import shlex
import sys
import time

import boots
import lasting
import options
from errors import Refused

SCHEMA, KIND = 1, "swiotlb-xen-bench"
# In the order of a page: the name, what it is, and what to boot; {vendor} is intel or amd.
NATIVE = (
    ("native", "Linux alone, no hypervisor, no IOMMU", "{vendor}_iommu=off"),
    ("native-iommu-passthrough", "Linux alone, the IOMMU translates nothing",
     "{vendor}_iommu=on iommu=pt"),
    ("native-iommu-lazy", "Linux alone behind its IOMMU, flushes are batched",
     "{vendor}_iommu=on iommu.passthrough=0 iommu.strict=0"),
    ("native-iommu-strict", "Linux alone behind its IOMMU, each unmap flushes the IOTLB",
     "{vendor}_iommu=on iommu.passthrough=0 iommu.strict=1"),
)
DOM0 = ("xen-dom0", "Xen with a PV dom0")
# Not missed where they are not: what they are, where they were booted.
MORE = {"native-swiotlb": "Linux alone, every mapping bounced (swiotlb=force)",
        "xen-dom0-forced": "a PV dom0 in which every mapping bounces on stock (swiotlb=force)",
        "xen-dom0-large-pool": "a PV dom0 with a larger stock pool (swiotlb=N)",
        "xen-dom0-pvh": "Xen with a PVH dom0"}


def host_id(host):
    """What all boots of a host share and other hosts do not have; tells nothing else of it."""
    name = host.text("/etc/machine-id", "") or os.uname().nodename
    return hashlib.sha256(("swiotlb-xen " + name).encode()).hexdigest()[:16]


def read(folder):
    """The bench.json of a folder, None where there is none. Raises Refused."""
    path = os.path.join(folder, "bench.json")
    try:
        with open(path) as file:
            value = json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Refused(f"{path} can't be read ({error}): name another --out")
    if not isinstance(value, dict) or (value.get("kind"), value.get("schema")) != (KIND, SCHEMA):
        raise Refused(f"{path} is of another schema: name another --out")
    return value


def check(folder, host):
    """Raises Refused where this host can't be added to a folder."""
    value = read(folder)
    if value and value["host_id"] != host_id(host):
        raise Refused(f"{folder} holds what {value['host']} measured: name another --out")


def boots_before(folder, machine):
    """The record of earlier boots of this environment in a folder, None without one. Raises Refused
    where this boot is one of them.
    """
    host, environment = machine.host, machine.environment
    before = boots.earlier(os.path.join(folder, environment)) if read(folder) else None
    if before is None:
        return None
    if machine.boot_id() and machine.boot_id() not in before.get("boots", [machine.boot_id()]):
        return before
    others = [name for name, _, _ in NATIVE] + [DOM0[0]]
    left = [name for name in others if not os.path.exists(os.path.join(folder, name, "run.json"))]
    raise Refused(f"{folder} has {environment} of this boot already: boot it again to add a boot, "
                  "or name another --out" +
                  (f", or boot {left[0]}: {_boot(host, left[0])}" if left else ""))


def check_resumed(folder):
    """Raises Refused for a folder of the lab's: what is cut there is a boot, not a run in it."""
    value = read(folder)
    if value and value["host_id"] == "lab":
        raise Refused(f"--resume {folder}: the lab's bench goes on with make bench OUT={folder}")


def is_here(folder, host):
    """Was what lies in a folder measured on this host?"""
    try:
        value = read(folder)
    except Refused:
        return False
    return bool(value) and value["host_id"] == host_id(host)


def _boot(host, name):
    """How to boot an environment."""
    if name == DOM0[0]:
        return "boot Xen, dom0 without swiotlb= on its command line"
    vendor = "amd" if "AuthenticAMD" in host.proc_text("cpuinfo") else "intel"
    words = {one: arguments for one, _, arguments in NATIVE}[name].format(vendor=vendor)
    return f"boot Linux without Xen, with {words} on its command line"


# What make calls an option of the runner's; the folder is told last, and where it lies is known.
VARIABLES = {"--disk": "DISK", "--nic": "NIC", "--write": "WRITE", "--try-module": "MODULE",
             "--time-api": "API", "--peer": "PEER", "--rate": "RATE", "--job": "JOB",
             "--rounds": "ROUNDS", "--precision": "PRECISION", "--seed": "SEED",
             "--observe": "OBSERVE", "--full": "SET=full", "--quick": "SET=quick",
             "--readonly": "READONLY=yes"}
# What says nothing of how a boot is measured.
BESIDE = ("--out", "--here", "--yes", "--no-report")


def again(command, shown, devices):
    """The command that measures another boot as this one was: make's, where it knows all words, of
    devices by names that hold; devices: the record's.
    """
    known = {option.name: option for _, some in options.SECTIONS for option in some}
    words, values, runner, lost = shlex.split(command)[1:], {}, [], []
    while words:
        word = words.pop(0)
        given = [word]
        if word in known and known[word].value and words:
            value = words.pop(0)
            given.append(lasting.name(word, value, devices))
            if given[1] is None:
                lost.append(value)
                continue
        if word not in BESIDE:
            values.setdefault(word, []).extend(given[1:])
            runner += given
    if set(values) <= set(VARIABLES) and not any(" " in one for one in runner):
        told = [f"{VARIABLES[word]}={' '.join(some)}" if some else VARIABLES[word]
                for word, some in values.items()]
        text = " ".join(map(shlex.quote, ["make", "bench"] + told + [f"OUT={shown}"]))
    else:
        text = " ".join(map(shlex.quote, ["bench/run"] + runner + ["--out", shown]))
    return text + (f" (and name the disk again that may be overwritten, WRITE= or --write: "
                   f"{' '.join(lost)} may be another one then)" if lost else "")


def _entry(folder, host, name, describe, command):
    loads = {"status": "measured", "reason": None, "cure": None}
    if not os.path.exists(os.path.join(folder, name, "run.json")):
        loads = {"status": "missing", "reason": "this host was not booted so",
                 "cure": f"{_boot(host, name)}; then {command}"}
    return {"name": name, "describe": describe, "loads": loads, "instructions": None}


def write(folder, machine, command, size, elapsed):
    """Enters what a folder has now, and the command that added to it, which took so many seconds.
    Other boots are measured as the first one was. A guest has no other way to be booted: it stands
    alone.
    """
    host, known = machine.host, list(NATIVE) + [DOM0 + ("",)]
    before = read(folder) or {}
    if machine.domain == "domU":
        known = []
    names = [name for name, _, _ in known]
    others = [name for name in sorted(os.listdir(folder)) if name not in names and
              os.path.exists(os.path.join(folder, name, "run.json"))]
    shown = os.path.relpath(folder, host.checkout)
    shown = folder if shown.startswith("..") else shown
    now = time.time()
    commands = list(dict.fromkeys(before.get("command", command).split("; ") + [command]))
    cure = again(commands[0], shown, lasting.devices_of(folder, commands[0]))
    value = {"schema": SCHEMA, "kind": KIND,
             "started": before.get("started") or time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                                               time.gmtime(now - elapsed)),
             "elapsed_s": int(elapsed), "command": "; ".join(commands), "again": cure,
             "host": os.uname().nodename,
             "host_id": host_id(host), "set": size,
             "environments": [_entry(folder, host, name, describe, cure)
                              for name, describe, _ in known] +
             [_entry(folder, host, name, MORE.get(name, name), cure) for name in others]}
    path = os.path.join(folder, "bench.json")
    with open(path + ".new", "w") as file:
        json.dump(value, file, indent=1)
        file.write("\n")
    os.replace(path + ".new", path)


def main(words):
    """Is a folder this host's?"""
    from host import Host  # only here: a module of the runner's needs no program's start
    return 0 if len(words) == 1 and is_here(words[0], Host("")) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
