# SPDX-License-Identifier: GPL-2.0-only
"""Where the time of maps, unmaps and syncs goes, by the stacks that a round of its own sampled."""
from document import Link
from quantities import NONE, count, percent, series

import samples

# From so many on a share is known to five points or better (one standard error).
LEAST = 100
HEADS = {"api": "API", "translation": "Translation", "slots": "Slots", "copy": "Copy",
         "rest": "Rest"}


def _shares(one):
    """A cell a class: its share of the samples inside, or their number where these are few."""
    found = [one["classes"][name] for name in samples.CLASSES]
    if one["inside"] < LEAST:
        return [f"{count(number)}/{count(one['inside'])}" for number in found]
    return [percent(number / one["inside"]) for number in found]


def _row(env, one):
    told = [env["name"] + (" (emulated)" if env["emulated"] else ""), one["device"], one["load"],
            series(one)]
    if not one.get("samples"):
        return told + [NONE] * (2 + len(HEADS)) + [Link(str(one["round"]), one["source"])]
    busy = one["samples"] - one["idle"]
    inside = f"{count(one['inside'])} = {percent(one['inside'] / busy)}" if busy else NONE
    return told + [count(busy), inside] + _shares(one) + [Link(str(one["round"]), one["source"])]


def _notes(every):
    yield ("Samples of the stacks of all CPUs while a load runs, in a round of its own that nothing "
           "else is taken from: sampling costs time. Those of a CPU that had nothing to do are "
           "left out. In maps: the stack was in a map, unmap or sync of the DMA API, of any device; "
           "what follows are shares of these. API, translation and slots are as above; copy is "
           "copying and clearing itself. A sample belongs to the innermost function whose class is "
           "known: what a compiler inlined, to the function that holds it.")
    if any(one.get("samples") and one["inside"] < LEAST for _, one in every):
        yield f"Below {LEAST} samples in maps no share is told: it would be chance."
    if any(one.get("event") == "cpu-clock" for _, one in every):
        yield ("cpu-clock is a timer (no PMU here): while interrupts are off it does not fire, and "
               "the sample falls where they are let in again. The search of a pool runs so: it shows "
               "as its unlock, which is among the slots. A map whose caller has them off is not "
               "seen. Not told either: what runs in Xen falls on the hypercall that went there.")
    if any(env["emulated"] and one.get("samples") for env, one in every):
        yield ("Emulated machine: these are shares of the emulator's time, and tell nothing of a "
               "machine.")
    missing = {}
    for env, one in every:
        if one["missing"]:
            missing.setdefault(one["missing"], {})[f"{env['name']} {one['device']}"] = True
    for why, where in missing.items():
        yield f"No samples of {', '.join(where)}: {why}."


def sampled(document, summary):
    """The table of all environments in which samples were taken."""
    every = [(env, one) for env in summary["environments"] for one in env["samples"]]
    document.add("table", ["Environment", "Device", "Load", "Backend", ">Samples", ">In maps"]
                 + [">" + name for name in HEADS.values()] + ["Round"],
                 [_row(env, one) for env, one in every])
    if every:
        document.add("items", list(_notes(every)))
