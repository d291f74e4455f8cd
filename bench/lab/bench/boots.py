# SPDX-License-Identifier: GPL-2.0-only
"""The two boots of an environment: by time for its loads, by the instruction clock for dmabench."""

import os
import re
import shutil

import ledger

# Seconds for the command in the guest; emulators that share a machine are slow.
LIMITS = {"loads": (1500, 7200), "instructions": (1200, 2400)}
LOGS = ("dmesg.txt", "console.txt", "xen.txt", "domu-dmesg.txt")
# The lab's status of a machine that hung or died under the command, and of one out of time.
LOST = (123, 124)
ROUNDS_FAILED = 3
# What the lab says while others use all of its machines, and when one is free.
WAITING = ("waiting for a free slot", "a slot is free")
# Timed rounds of the full set, too: an emulator's times are compared with nothing, so that more
# of them would tell nothing. Counted rounds are those of the set.
TIMED_ROUNDS = 3


class Boot:
    """One boot: what the lab is told, and where what it left goes."""

    def __init__(self, lab, environment, part, folder, passed, full, work):
        self.lab, self.environment, self.part, self.folder = lab, environment, part, folder
        self.full = full and not environment.short
        self.passed = [word for word in passed if self.full or word != "--full"]
        self.out = os.path.join(work, f"{environment.name}-{part}")
        self.log = os.path.join(work, f"{environment.name}-{part}.txt")
        quick, all_loads, clocked = environment.takes
        self.seconds = clocked if part == "instructions" else all_loads if self.full else quick
        self.tries = 0
        self.rounds_failed = False

    def text(self):
        """The boot in words."""
        return f"{self.environment.name}, {self.part}"

    def _runner_options(self):
        one, options = self.environment, list(self.passed)
        if "--readonly" not in options and "--write" not in options:
            for serial in one.write:
                options += ["--write", "serial:" + serial]
        if "--try-module" not in options and one.module:
            options += ["--try-module", one.module]
        if self.full and not {"--rounds", "--precision"} & set(options) and \
                "timed" not in one.loads:
            options += ["--rounds", str(TIMED_ROUNDS)]
        return options + list(one.loads) + ["--leave-out", "dmabench"]

    def _guest_command(self):
        if self.part == "instructions":
            command = ["bench/lab/guest/instructions"]
            for backend in self.environment.backends:
                command += ["--backend", backend]
            return command
        name = os.path.basename(self.folder)
        return ["env", f"XSW_OUT_IS=/out/{name}={self.folder}",
                f"XSW_ENVIRONMENT={self.environment.name}", "bench/run", "--here", "--out",
                f"/out/{name}"] + self._runner_options()

    def command(self):
        """The lab's command line."""
        # idle time that is skipped hangs a machine now and then, and a disk answers too late
        clock = ["--icount", "--set", "idle=waits"] if self.part == "instructions" else []
        return [os.path.join(self.lab, "lab"), "run", self.environment.name, "--out", self.out,
                "--timeout", str(LIMITS[self.part][self.full])] + clock + ["--"] + \
            self._guest_command()

    def begin(self):
        """Before each try."""
        self.tries += 1
        shutil.rmtree(self.out, ignore_errors=True)

    def waits(self):
        """Does it wait for a machine that another uses?"""
        with open(self.log, "rb") as log:
            return log.read()[-200:].split(b"lab: ")[-1].startswith(WAITING[0].encode())

    def again(self, status):
        """Is another try of use? Now and then an emulated machine hangs."""
        return status in LOST and self.tries < 2

    def _record(self):
        if self.part == "instructions":
            return os.path.join(self.out, "dmabench.json")
        return os.path.join(self.out, os.path.basename(self.folder), self.environment.name,
                            "run.json")

    def judge(self, status):
        """(status for the ledger, the reason). Keeps what was measured. Raises OSError."""
        whole = os.path.exists(self._record())
        if whole and (status == 0 or (self.part == "loads" and status == ROUNDS_FAILED)):
            self.rounds_failed = status == ROUNDS_FAILED
            self._keep()
            return "measured", None
        return "failed", self._reason(status)

    def _reason(self, status):
        said = []
        if os.path.exists(self.log):
            with open(self.log, errors="replace") as file:
                said = re.findall(r"^(?:lab|run|dmabench|domu|inside|instructions): (.*)$",
                                  file.read(), re.M)
        said = [line for line in said if not line.startswith(WAITING)]
        words = re.sub(r" \(log: .*\)$", "", said[-1]) if said else f"it ended with status {status}"
        return f"{words} (log: {ledger.shown(self.log)})"

    def _keep(self):
        """Moves the record into the run's folder: the file that proves it whole comes last."""
        to = os.path.join(self.folder, self.environment.name)
        source = os.path.dirname(self._record())
        if self.part == "instructions":
            to = os.path.join(to, "instructions")
        raw = os.path.join(to, "raw")
        os.makedirs(raw, exist_ok=True)
        for name in LOGS:
            if os.path.exists(os.path.join(self.out, name)):
                shutil.move(os.path.join(self.out, name), os.path.join(raw, name))
        if os.path.isdir(os.path.join(source, "raw")):
            for name in os.listdir(os.path.join(source, "raw")):
                shutil.move(os.path.join(source, "raw", name), os.path.join(raw, name))
            os.rmdir(os.path.join(source, "raw"))
        last = os.path.basename(self._record())
        for name in sorted(os.listdir(source), key=lambda name: name == last):
            shutil.move(os.path.join(source, name), os.path.join(to, name))
        shutil.rmtree(self.out, ignore_errors=True)
