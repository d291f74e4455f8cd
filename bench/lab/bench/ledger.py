# SPDX-License-Identifier: GPL-2.0-only
"""bench.json: which environments were asked for, and what became of each (results/SCHEMA.md).

It is written before the first boot and after each: a bench that was cut is told as such.
"""

import json
import os
import time

from errors import Refused

SCHEMA, KIND = 1, "swiotlb-xen-bench"
PARTS = ("loads", "instructions")
CUT = "the bench ended before its turn"


def record_of(part):
    """The file that a part of an environment leaves, in the environment's folder."""
    return {"loads": "run.json", "instructions": "instructions/dmabench.json"}[part]


def shown(path):
    """A path as a user in the checkout types it."""
    short = os.path.relpath(path)
    return path if short.startswith("..") else short


class Ledger:
    """The bench.json of a run's folder."""

    def __init__(self, folder, options):
        self.folder, self.path = folder, os.path.join(folder, "bench.json")
        self.options = options
        self.begun = time.time()
        self.value = {"schema": SCHEMA, "kind": KIND, "started": None, "elapsed_s": 0,
                      "command": options.command(), "host": "lab", "host_id": "lab",
                      "set": options.set, "environments": []}
        if os.path.exists(folder):
            self._read()
            told = self.value["command"].split("; ") + [options.command()]
            self.value["command"] = "; ".join(dict.fromkeys(told))
        if not self.value["started"]:
            self.value["started"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.begun))

    def _read(self):
        """What an earlier bench left there. Raises Refused."""
        try:
            with open(self.path) as file:
                value = json.load(file)
        except FileNotFoundError:
            raise Refused(f"{self.folder} is there already, and no bench of the lab: name another "
                          "folder")
        except (OSError, ValueError) as error:
            raise Refused(f"{self.path} can't be read ({error}): name another folder")
        if (value.get("kind"), value.get("schema")) != (KIND, SCHEMA):
            raise Refused(f"{self.path} is of another schema: name another folder")
        if value["host_id"] != "lab":
            raise Refused(f"{self.folder} holds what the host {value['host']} measured, not the "
                          "lab: name another folder")
        self.value = value
        for entry in value["environments"]:
            for part in PARTS:
                # a bench that could not write any more; a record is moved into place whole
                if (entry[part] or {}).get("reason") == CUT and self._is_there(entry["name"], part):
                    entry[part] = self._state(entry["name"], "measured", None)
        self.options.take_set(value["set"])

    def names(self):
        """The environments that were asked for before."""
        return [entry["name"] for entry in self.value["environments"]]

    def entry(self, name):
        """The entry of an environment, or None."""
        return next((one for one in self.value["environments"] if one["name"] == name), None)

    def measured(self, name, part):
        """Was this part of an environment measured, and is its record still there?"""
        entry = self.entry(name)
        part_of = entry and entry[part]
        return bool(part_of and part_of["status"] == "measured" and self._is_there(name, part))

    def _is_there(self, name, part):
        return os.path.exists(os.path.join(self.folder, name, record_of(part)))

    def wanted(self, chosen):
        """(environment, part) of all that has yet to be measured."""
        parts = [(one, part) for one in chosen for part in PARTS
                 if part == "loads" or not one.unclocked]
        return [(one, part) for one, part in parts if not self.measured(one.name, part)]

    def ask(self, known, parts):
        """Enters what is to be measured; until it is, it is missing."""
        for one, part in parts:
            entry = self.entry(one.name)
            if not entry:
                entry = {"name": one.name, "describe": one.describe, "loads": None,
                         "instructions": None, "unclocked": one.unclocked or None}
                self.value["environments"].append(entry)
            entry[part] = self._state(one.name, "missing", CUT)
        order = {one.name: one.place for one in known}
        self.value["environments"].sort(key=lambda entry: order.get(entry["name"], 0))
        self.write()

    def _state(self, name, status, reason, seconds=None):
        cure = None if status == "measured" else self.options.again(shown(self.folder), name)
        return {"status": status, "reason": reason, "cure": cure, "seconds": seconds}

    def tell(self, name, part, status, reason, seconds):
        """What became of a part."""
        self.entry(name)[part] = self._state(name, status, reason, seconds)
        self.write()

    def anything(self):
        """Was anything measured, now or before?"""
        return any(self.measured(one["name"], part) for one in self.value["environments"]
                   for part in PARTS)

    def loads(self):
        """Were the loads of any environment?"""
        return any(self.measured(one["name"], "loads") for one in self.value["environments"])

    def write(self):
        """Writes it, whole or not at all. Raises Refused."""
        self.value["elapsed_s"] = int(time.time() - self.begun)
        try:
            os.makedirs(self.folder, exist_ok=True)
            with open(self.path + ".new", "w") as file:
                json.dump(self.value, file, indent=1)
                file.write("\n")
            os.replace(self.path + ".new", self.path)
        except OSError as error:
            raise Refused(f"can't write {self.path}: {error.strerror}")
