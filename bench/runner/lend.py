# SPDX-License-Identifier: GPL-2.0-only
"""Lends the devices of this machine to another tool, with a script that loads each of them once.

DIR/loads is the script, a line a device; DIR/devices says in the same order: name, kind, bits of
its DMA, load, the file that its record goes to. Reads only. The tool runs meanwhile; however it
ends, the cards go back.
"""

import contextlib
import os
import shlex

import counting
import loads as load_files
import plan
import process
import spaces
from errors import Refused
from lock import take_lock
from rounds import Rounds
from targets import Finder


def load_of(target):
    """A disk that bounces all it moves, by bandwidth; one that does not, by latency; a stream."""
    if target.kind == "pair":
        return "tcp-forward"
    return "randread-4k-qd1" if target.wide else "read-128k"


class Folder:
    """What Rounds wants of a record: where things go."""

    def __init__(self, work):
        self.work = work


def _script(run, targets, rounds, loads):
    """The two files' lines."""
    script, devices = [], []
    for target in targets:
        load = next(load for load in loads if load.name == load_of(target))
        path = os.path.join(rounds.record.work, target.id + ".json")
        command, env = rounds.command(load, target, plan.TIMED, path)
        settings = [f"{name}={value}" for name, value in env.items() if name.startswith("XSW_")]
        words = ["env"] + settings + command
        script.append(" ".join(map(shlex.quote, words)) + " || exit")
        devices.append(f"{target.id}\t{target.kind}\t{target.mask}\t{load.name}\t{path}")
    return script, devices


def main(run):
    """Lends, runs the command, and gives back. Returns the command's status."""
    options = run.options
    folder = os.path.abspath(options.lend)
    if not os.path.isdir(folder):
        raise Refused(f"--lend {options.lend}: no such folder")
    with contextlib.ExitStack() as stack:
        take_lock(stack)
        spaces.release()
        counting.remove()
        finder = Finder(run.host, run.machine, options)
        finder.find()
        loads = load_files.find(run.host.checkout)
        rounds = Rounds(run.machine, plan.settings(options, run.machine), loads, Folder(folder),
                        finder)
        stack.callback(rounds.close)
        pairs = [target for target in finder.targets if target.kind == "pair"]
        for target in pairs[:1]:
            rounds.network_up(target)
        lent = [target for target in finder.targets if target not in pairs[1:]]
        script, devices = _script(run, lent, rounds, loads)
        for name, lines in (("loads", script), ("devices", devices)):
            with open(os.path.join(folder, name), "w") as file:
                file.write("".join(line + "\n" for line in lines))
        return process.call(options.command)
