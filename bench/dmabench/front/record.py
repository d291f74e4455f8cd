# SPDX-License-Identifier: GPL-2.0-only
"""The result: dmabench.json as results/SCHEMA.md says, and the table that is printed."""

import json
import os
import time

from errors import Failed
from .clock import Unit
from .figures import median
from .files import say
from .goals import goals
from .summary import converted, noise, paths, summary
from .table import table


ASTRAY = 0.1  # a block whose memcpy is further off the median of all was measured at another pace


def blocks(paces, unit):
    """What each block's memcpy took, and whether it is astray; paces: [(position, ticks)]."""
    told = [(position, unit.of(ticks)) for position, ticks in paces]
    middle = median(value for _, value in told)
    return [{"position": position, "memcpy": value,
             "astray": None if value is None else abs(value / middle - 1) > ASTRAY}
            for position, value in told]


def _name(row):
    cell = row["cell"]
    return f"{row['backend']} {cell['test']} {cell['size']} {cell['dir']}"


def _forced(machine):
    words = machine.get("kernel_command_line", "").split()
    return any(word.startswith("swiotlb=") and "force" in word.split("=")[1].split(",")
               for word in words)


def errors(rows, machine):
    """What went otherwise than was asked for."""
    found, forced = [], _forced(machine)
    for row in rows:
        cell = row["cell"]
        if (cell["reach"] == "far" and cell["direct"]) or \
                (cell["reach"] == "near" and cell["bounced"] and not forced):
            found.append(f"{_name(row)}: {cell['direct']} direct, {cell['bounced']} bounced: not "
                         "what was asked for")
        if cell["wrong"]:
            found.append(f"{_name(row)}: {cell['wrong']} of {cell['checked']} checked were wrong")
        if cell["test"] == "check" and not cell["checked"] and not cell["translated"]:
            found.append(f"{_name(row)}: nothing could be checked")
    if not any(row["cell"]["test"] == "pair" for row in rows):
        found.append("no mapping could be measured on this machine")
    return found


def make(rows, machine, about, paces=()):
    """The record; about: what it holds besides rows, machine and what follows from them."""
    unit = Unit(machine)
    found = blocks(paces, unit)
    astray = {one["position"] for one in found if one["astray"]}
    rows = [converted(dict(row, astray=row.get("position") in astray), unit) for row in rows]
    machine = dict(machine, clock_dear=unit.dear)
    compared = not machine["emulated"] or unit.name == "instructions"
    record = dict({"schema": 1, "kind": "swiotlb-xen-dmabench"}, **about)
    record.update(emulated=machine["emulated"], unit=unit.name, machine=machine,
                  summary=summary(rows, compared), noise=noise(rows) if compared else None,
                  paths=paths(rows), blocks=found, rows=rows,
                  errors=errors(rows, machine))
    if unit.dear:
        record["left_out"] = record["left_out"] + [unit.untold]
        for row in record["summary"]:  # the reading is in that time
            for backend in record["device"]:
                row.get(backend, {})["ops_per_s"] = None
    if len(record["device"]) == 2 and unit.name == "instructions" and not unit.refuses:
        record["goals"] = goals(record["summary"])
    record["ok"] = not record["errors"]
    return record


def _write(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


def tell(record, out):
    """Prints the table, writes the files, and ends the program where there is an error."""
    lines = "\n".join(table(record)) + "\n"
    print(lines, end="", flush=True)
    if out:
        try:
            _write(f"{out}/dmabench.json", json.dumps(record) + "\n")
            _write(f"{out}/dmabench.txt", lines)
        except OSError as error:
            raise Failed(f"cannot write to {out}: {error.strerror}")
        say(f"written: {out}/dmabench.json {out}/dmabench.txt")
    if record["errors"]:
        raise Failed("\ndmabench: ".join(record["errors"]))


def about(options, run, started, elapsed, versions):
    """What a record says of how it was made."""
    return {"started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
            "elapsed_s": int(elapsed), "command": options.command, "set": options.set,
            "seed": options.seed, "rounds_each": options.rounds, "versions": versions,
            "device": run.described, "left_out": run.left_out}
