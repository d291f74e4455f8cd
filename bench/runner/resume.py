# SPDX-License-Identifier: GPL-2.0-only
"""Takes a run up that was ended: on the same machine and build, with the same plan."""

import json
import os

import backend
import boots
import dmabench
import machine as machine_file
import options as option_files
import process
import record
import spaces
from devices import pci
from errors import Refused


def options_of(stored, now):
    """The Options of the run, as it was begun; now: those of this command line."""
    options = option_files.parse(stored["arguments"])
    options.yes = True
    options.no_report = options.no_report or now.no_report
    options.dry_run = now.dry_run
    return options


def target_entries(targets):
    """The targets as plan.json keeps them."""
    return [{"id": target.id, "kind": target.kind, "functions": target.functions,
             "driver": target.driver, "serial": target.serial, "module": target.module}
            for target in targets]


def boots_before(stored, partial):
    """The record of whole boots that the run goes beside, None without one. Raises Refused where it
    stands there already.
    """
    before = boots.earlier(partial[:-len(".partial")])
    if before and set(stored["boots"]) <= set(before["boots"]):
        raise Refused(f"--resume {partial}: it was added to {partial[:-len('.partial')]} already: "
                      "remove it")
    return before


def check(stored, machine, partial):
    """Raises Refused when this is another machine or another build."""
    machine.measures([one for target in stored["targets"] for one in target["functions"]])
    now = record.identity(machine, machine_file.versions(machine))
    then = stored["identity"]
    for name in ("machine", "environment", "cpus"):
        if now[name] != then[name]:
            raise Refused(f"--resume {partial}: it is another machine's run ({name}: {then[name]}, "
                          f"here {now[name]})")
    for name, value in then["versions"].items():
        if now["versions"].get(name) != value:
            raise Refused(f"--resume {partial}: another build: {name} was {value}, is "
                          f"{now['versions'].get(name)}")
    if not os.path.exists(os.path.join(partial, "rounds.jsonl")):
        raise Refused(f"--resume {partial}: it has no round: begin anew")


def check_plan(stored, visits, targets):
    """Raises Refused when the devices or the plan are not those of the run."""
    then, now = stored["targets"], target_entries(targets)
    for one in then:
        if one not in now:
            raise Refused(f"--resume: the device {one['id']} of the run is not as it was: begin "
                          "anew")
    if [list(visit) for visit in visits] != [
            [tuple(part) if isinstance(part, list) else part for part in visit]
            for visit in stored["visits"]]:
        raise Refused("--resume: the plan is another now (other loads or devices): begin anew")


def with_boot(stored, machine):
    """The plan with this boot, if it is another one: no pair spans two boots."""
    boots = stored["boots"]
    if machine.boot_id() != boots[-1]:
        boots = boots + [machine.boot_id()]
    return dict(stored, boots=boots)


def recover(host, stored, partial):
    """Gives back what a runner that was killed left behind. Returns its state."""
    try:
        with open(os.path.join(partial, "state.json")) as file:
            state = json.load(file)
    except (OSError, ValueError):
        state = {}
    spaces.release()
    on_module = backend.taken(host)
    for address in dmabench.borrowed(host):
        dmabench.take_back(host, address, False)
        if address not in on_module:
            pci.Function(host, address).probe()
    if state.get("dmabench_loaded"):
        process.output(["rmmod", "dmabench"])
    for target in stored["targets"]:
        if not target["module"]:
            continue
        for address in target["functions"]:
            function = pci.Function(host, address)
            if address in on_module:
                function.unbind()
                backend.detach(address)
            function.bind(target["driver"])
    process.output(["udevadm", "settle", "-t", "5"])
    return state
