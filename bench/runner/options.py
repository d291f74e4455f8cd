# SPDX-License-Identifier: GPL-2.0-only
"""The command line of bench/run."""

import re
import time
from typing import NamedTuple

from errors import Refused


class Option(NamedTuple):
    """name; what its value is called and must be (None: a flag); its lines of help."""
    name: str
    value: str
    wants: str
    help: str
    least: int = 0
    greatest: int = 0  # 0: not a number
    many: bool = False


SECTIONS = (
    ("What is loaded", (
        Option("--here", None, None, "measure this machine as it is, though it is not a Xen host"),
        Option("--disk", "DISK", "a disk",
               "load this disk (/dev/node, serial:SERIAL or PCI address); naming a disk or a\n"
               "NIC limits the load to what is named. A disk in use may be named: reads only",
               many=True),
        Option("--nic", "NIC", "a network card",
               "load this network card (interface or PCI address): the pair it belongs to.\n"
               "Pairs are found by pings across unused cards, in network namespaces", many=True),
        Option("--write", "DISK", "a disk",
               "this disk may be overwritten: its data is LOST. Refused when it is in use",
               many=True),
        Option("--readonly", None, None,
               "write nowhere (the default; contradicts --write)"),
        Option("--try-module", "DEV", "a device or 'all'",
               "also measure on the module: DEV as above, or 'all' that can be moved. The\n"
               "driver is unbound and bound again: the device must be unused. Where the module\n"
               "can't work (no Xen) it is lent to dmabench alone, on stock", many=True),
        Option("--peer", "HOST", "a host",
               "send to the iperf3 server on HOST over the one card named by --nic, which may\n"
               "be in use: stock only"),
        Option("--rate", "BITS", "bits a second",
               "with --peer: send at most so much, e.g. 50M (default 100M)"),
        Option("--job", "FILE", "a fio job",
               "load the disks with this job, too: it names filename=${XSW_NODE}", many=True),
        Option("--time-api", "DEVICE", "none, spare-nic or a PCI address",
               "time the DMA API itself (dmabench) on the stock backend: on an unused function,\n"
               "which is lent for it, on a spare network function, or on no hardware at all.\n"
               "Loads dmabench.ko. A device of --try-module is timed without being named here;\n"
               "another function named here goes before it, and the module is not timed then"),
        Option("--observe", "S", None,
               "load nothing: count for S seconds what the machine's own load maps",
               1, 86400),
    )),
    ("How much", (
        Option("--quick", None, None, "the short set of loads (default)"),
        Option("--full", None, None, "all loads, with twelve rounds"),
        Option("--rounds", "N", None,
               "timed rounds of each load on each backend (quick 3, full 12; below 6 a report\n"
               "prints a range, not an interval)", 1, 100),
        Option("--precision", "P", None,
               "after ten rounds of each load add as many as an interval of +-P per cent of\n"
               "the ratio takes, once", 1, 50),
        Option("--leave-out", "WHAT", "timed, samples, held or dmabench",
               "timed: counted rounds alone, where times say nothing; samples: perf does not look\n"
               "where the time goes; held: no load while a part of the pool is held; dmabench:\n"
               "do not time the DMA API", many=True),
        Option("--seconds", "S", None,
               "length of a timed round (quick 2, full 5; emulated machines half)", 1, 3600),
        Option("--seed", "N", None,
               "order of backends and loads, offsets of random I/O (default: the clock's)",
               0, 999999999),
    )),
    ("Running", (
        Option("--out", "DIR", "a folder",
               "results go to DIR/ENVIRONMENT (default results/TIME-HOST); another boot of an\n"
               "environment that is there is added to it (with --observe it is refused)"),
        Option("--resume", "RUN", "a run's folder",
               "take up a run that was ended: only the missing rounds of its plan"),
        Option("--no-report", None, None, "print the table only: make report RUN=... elsewhere"),
        Option("--dry-run", None, None,
               "print the plan with every step, then stop: changes nothing"),
        Option("--probe-links", None, None,
               "with --dry-run: ping across the unused network cards, as a run does, to tell\n"
               "which are linked"),
        Option("--yes", None, None, "do not ask before writing to a disk or trying the module"),
        Option("--env", "NAMES", "names of environments, or all",
               "for the lab: boot these (see lab envs), not those of the set", many=True),
        Option("--jobs", "N", None,
               "for the lab: boot N machines at a time (default: one a CPU)", 1, 99),
        Option("--lend", "DIR", "a folder",
               "for other tools: write DIR/loads, a script that loads each device once, and\n"
               "run the command after -- while the devices are lent"),
    )),
)

HEAD = """Usage: bench/run [OPTIONS]

Loads disks and network cards that do DMA and records throughput, latency, CPU and bounces, on
the stock DMA backend and, for the devices you name, on the module xen_swiotlb in turn. Without
options on a Xen host: every unused disk and every linked pair of unused network cards, reads
only, stock only. A plan is printed first.
"""

TAIL = """
On a machine that is no Xen host, and without --here, the lab is started instead.
Exit status: 0 all rounds good, 3 measured but some rounds failed, 1 nothing to report, 2 refused
or misused, 130 interrupted.

Examples
  bench/run --dry-run
  bench/run --disk /dev/nvme1n1 --write /dev/nvme1n1 --try-module /dev/nvme1n1
  bench/run --nic eth2 --nic eth3 --try-module all --full
  bench/run --nic eth0 --peer 192.0.2.7 --rate 200M
  bench/run --observe 60"""


def usage():
    """The help text."""
    lines = [HEAD]
    for title, options in SECTIONS:
        lines.append(title)
        for option in options:
            first, *rest = option.help.split("\n")
            name = option.name + (f" {option.value}" if option.value else "")
            lines.append(f"  {name:<18} {first}")
            lines += [" " * 21 + line for line in rest]
        if title == "Running":
            lines.append("  -h, --help         this text")
        else:
            lines.append("")
    return "\n".join(lines) + "\n" + TAIL


class Options:
    """What was asked for: an attribute an option, None or [] where it was not given."""

    def __init__(self):
        for _, options in SECTIONS:
            for option in options:
                setattr(self, attribute(option), [] if option.many else None)
        self.help = False
        self.command = []

    @property
    def set(self):
        """The set of loads."""
        return "full" if self.full else "quick"

    @property
    def limited(self):
        """Is the load limited to what is named?"""
        return bool(self.disk or self.nic)

    @property
    def changes_nothing(self):
        """Must nothing of the machine be touched?"""
        return bool(self.dry_run and not self.probe_links)


def attribute(option):
    """--try-module: try_module."""
    return option.name[2:].replace("-", "_")


def _value(option, words):
    value = words.pop(0) if words else None
    if option.greatest:
        if not re.match(r"[0-9]{1,9}$", value or "") or \
                not option.least <= int(value) <= option.greatest:
            raise Refused(f"{option.name} wants a whole number from {option.least} to "
                          f"{option.greatest}, not '{value or ''}'")
        return int(value)
    if not value or value.startswith("--"):
        raise Refused(f"{option.name} wants {option.wants}: see run --help")
    return value


def parse(words):
    """The Options of a command line. Raises Refused."""
    known = {option.name: option for _, options in SECTIONS for option in options}
    parsed, words = Options(), list(words)
    while words:
        word = words.pop(0)
        if word in ("-h", "--help"):
            parsed.help = True
            return parsed
        if word == "--" and parsed.lend:
            parsed.command, words = words, []
            continue
        option = known.get(word)
        if not option:
            raise Refused(f"unknown argument '{word}': see run --help")
        value = _value(option, words) if option.value else True
        if option.many:
            getattr(parsed, attribute(option)).append(value)
        else:
            setattr(parsed, attribute(option), value)
    _check(parsed)
    return parsed


def _check(parsed):
    if parsed.quick and parsed.full:
        raise Refused("--quick and --full contradict")
    if parsed.readonly and parsed.write:
        raise Refused("--readonly and --write contradict: leave one out")
    if parsed.peer and len(parsed.nic) != 1:
        raise Refused("--peer wants the one card to send over: name it with --nic")
    if parsed.rate and not parsed.peer:
        raise Refused("--rate bounds what --peer sends: name the peer, too")
    if parsed.rate and not re.match(r"[1-9][0-9]{0,5}[KMG]$", parsed.rate):
        raise Refused(f"--rate wants bits a second such as 50M, not '{parsed.rate}'")
    for word in parsed.leave_out:
        if word not in ("timed", "samples", "held", "dmabench"):
            raise Refused(f"--leave-out wants timed, samples, held or dmabench, not '{word}'")
    if parsed.lend and not parsed.command:
        raise Refused("--lend wants a command after --")
    if parsed.resume and any(value for name, value in vars(parsed).items()
                             if name not in ("resume", "yes", "here", "dry_run", "no_report")):
        raise Refused("--resume goes on as the run was begun: leave the other options out")
    if parsed.precision and parsed.rounds:
        raise Refused("--precision and --rounds contradict: the first finds the number of rounds")
    if "timed" in parsed.leave_out and (parsed.rounds or parsed.precision):
        raise Refused("--leave-out timed and --rounds or --precision contradict")
    if parsed.precision and not parsed.try_module:
        raise Refused("--precision is of a ratio of two backends: name a device with --try-module")
    if parsed.seed is None:
        parsed.seed = int(time.time()) % 1000000000
