# SPDX-License-Identifier: GPL-2.0-only
"""Another boot of an environment that a run's folder has already: boots are the unit of all that is
said of a machine, so its rounds go beside those of the boots before it (results/SCHEMA.md).

Meanwhile they lie in a partial folder of their own, and what was measured before stays as it is.
"""

import json
import os
import shutil

import machine as machine_file
from errors import Refused


def earlier(result):
    """The record of an environment's folder, None where there is none. Raises Refused."""
    path = os.path.join(result, "run.json")
    try:
        with open(path) as file:
            return json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Refused(f"{path} can't be read ({error}): name another --out")


def last_pair(before):
    """The greatest number of a pair: no two pairs of an environment share one."""
    return max([one["pair"] or 0 for one in before["rounds"] + before["discarded"]] + [0])


def _devices(entries, unpaired):
    return sorted((one["target"], one["bdf"], one["driver"], one["serial"] or "",
                   "writable" if one["writable"] else "")
                  for one in entries if one["role"] == "disk" or not unpaired)


def check(before, machine, wanted, entries, unpaired=False):
    """Raises Refused where this boot can't stand beside the boots before; entries: its devices, but
    for cards that a dry run has not paired.
    """
    now = dict(machine_file.versions(machine), set=wanted.set, timed_s=wanted.seconds,
               timed_rounds=wanted.rounds, precision_percent=wanted.precision,
               cpus=os.cpu_count(), cmdline=machine.cmdline, devices=_devices(entries, unpaired))
    then = dict(before["versions"], set=before["set"], timed_s=before["timed_s"],
                timed_rounds=before["timed_rounds"],
                precision_percent=before["precision_percent"],
                cpus=before["machine"]["cpus"], cmdline=before["machine"]["cmdline"],
                devices=_devices(before["devices"], unpaired))
    for name, value in then.items():
        # the module may not be loaded yet
        if name != "module" and now.get(name) != value:
            raise Refused(f"this boot is not like those of {machine.environment} that are there "
                          f"({name}: {value}, here {now.get(name)}): name another --out")


def _left_out(before, now):
    """What is left out still, by the newer boot; of dmabench by the boot that ran it: what is timed
    is not timed again.
    """
    timed = (before["dmabench"] or {}).get("ok")
    found = now["left_out"] + [one for one in before["left_out"] if timed and
                               one["what"].startswith("dmabench") and one not in now["left_out"]]
    done = before["dmabench"] or now["dmabench"]
    return [one for one in found if not (done and one["what"] == "dmabench")]


def joined(before, now):
    """One record of the boots before and of this one: the machine is told as the first one was."""
    def both(key):
        return before.get(key, []) + [one for one in now.get(key, [])
                                      if one not in before.get(key, [])]

    command = "; ".join(dict.fromkeys(before["command"].split("; ") + [now["command"]]))
    errors = before["errors"] + now["errors"]
    return dict(before, boots=now["boots"], command=command, left_out=_left_out(before, now),
                precision_reached=both("precision_reached"), errors=errors, ok=not errors,
                elapsed_s=before["elapsed_s"] + now["elapsed_s"],
                rounds=before["rounds"] + now["rounds"],
                discarded=before["discarded"] + now["discarded"],
                dmabench=now["dmabench"] or before["dmabench"],
                exchange_totals=(now if any(now["exchange_totals"].values()) else
                                 before)["exchange_totals"])


def add(work, result, value):
    """Puts the raw files of a partial folder beside those that are there, then the record of all in
    the place of the one before.
    """
    raw = os.path.join(result, "raw")
    os.makedirs(raw, exist_ok=True)
    for name in os.listdir(os.path.join(work, "raw")):
        shutil.copy2(os.path.join(work, "raw", name), os.path.join(raw, name))
    path = os.path.join(result, "run.json")
    with open(path + ".new", "w") as file:
        json.dump(value, file, indent=1)
        file.write("\n")
    os.replace(path + ".new", path)
    shutil.rmtree(work, ignore_errors=True)
