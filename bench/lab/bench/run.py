# SPDX-License-Identifier: GPL-2.0-only
"""A bench of the lab, from its command line to its exit status."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import boots
import environments
import estimate
import machines
from errors import GOOD, INTERRUPTED, NOTHING, OWN, SOME_FAILED, Interrupted, Refused
from ledger import Ledger, shown
from options import Options

# What a bench writes at most, beside the image: the boots' logs and raw files.
ROOM = 512 << 20


def say(text):
    """A line of progress."""
    print("lab: " + text, file=sys.stderr, flush=True)


def _listen():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)


def _interrupted(number, _frame):
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    raise Interrupted(signal.Signals(number).name)


class Bench:
    """All of it."""

    def __init__(self, lab, words):
        self.lab = lab
        self.checkout = os.path.dirname(os.path.dirname(lab))
        self.options = Options(self.checkout, words)
        self.known = environments.find(os.path.join(lab, "env"))
        self.ledger = Ledger(self.options.out, self.options)
        # a folder that is there is gone on with: what it was asked for, unless more is named
        self.chosen = environments.choose(self.known, self.options.environments or
                                          self.ledger.names(), self.options.full)
        self.start = time.monotonic()
        self.machines = machines.most(self.options.jobs)
        self.estimate = estimate.Estimate(self.machines)
        self.total = self.done = 0
        self.troubles = []

    def _parts(self):
        """What is to be measured. Raises Refused where that is nothing, or was measured."""
        parts = self.ledger.wanted(self.chosen)
        if self.options.environments:
            for one in self.chosen:
                if all(one is not other for other, _ in parts):
                    raise Refused(f"{one.name} is measured in {shown(self.options.out)} already: "
                                  "name another folder or other environments")
        if not parts:
            raise Refused(f"all of {shown(self.options.out)} is measured: name another folder or "
                          "other environments")
        return parts

    def _boots(self, parts, work):
        """The boots of some parts. The longest come first: all machines are busy to the end."""
        options = self.options
        found = [boots.Boot(self.lab, one, part, options.out, options.passed, options.full, work)
                 for one, part in parts]
        return sorted(found, key=lambda boot: -boot.seconds)

    def _plan(self, everything):
        """The plan's size, and how long it takes."""
        side = "one at a time" if self.machines == 1 else f"{self.machines} at a time"
        took = estimate.words(self.estimate.left([], everything))
        environments_of = {boot.environment.name for boot in everything}
        return (f"{len(everything)} boots of {len(environments_of)} environments, {side}, the "
                f"{self.options.set} set: {took}")

    def dry_run(self, parts):
        """Says what would be done; installs, builds and boots nothing."""
        print("This machine is no Xen host: the lab would boot these environments and measure in "
              "each of them")
        for one in self.chosen:
            told = [part for other, part in parts if other is one]
            print(f"  {one.name:<25} {one.describe} ({' and '.join(told)})")
        print(self._plan(self._boots(parts, "")))
        lists = [os.path.join(self.checkout, name) for name in
                 ("bench/packages.txt", "analysis/packages.txt")]
        lists.append(os.path.join(self.lab, "packages-host.txt"))
        missing = subprocess.run([os.path.join(self.checkout, "bench/deps"), "--missing"] + lists,
                                 stdout=subprocess.PIPE, universal_newlines=True, check=False)
        if missing.stdout.strip():
            print("Packages it would install first: " + " ".join(missing.stdout.split()))
        if not os.path.isdir(os.path.join(self.checkout, "build/lab/image")):
            print("It would build the lab's image first (2.4 GB in build/lab)")
        print("--here measures this machine as it is")
        return GOOD

    def _prepare(self):
        """The image and the modules. Raises Refused where there is no room or they fail."""
        for folder in (self.checkout, os.path.dirname(self.options.out)):
            while not os.path.exists(folder):
                folder = os.path.dirname(folder)
            free = shutil.disk_usage(folder).free
            if free < ROOM:
                raise Refused(f"a bench needs {ROOM >> 20} MiB in {folder}, {free >> 20} are free")
        for verb in ("image", "modules"):
            # attached to this process group: Ctrl-C ends it
            if subprocess.call([os.path.join(self.lab, "lab"), verb], stdout=subprocess.DEVNULL):
                raise Refused(f"no bench: 'lab {verb}' failed, see above")

    def _begun(self, boot):
        say(f"{boot.text()}: {'begins' if boot.tries == 0 else 'once more'} "
            f"({int(time.monotonic() - self.start)} s since the start)")

    def _ended(self, running, boot, status, seconds):
        self.done += 1
        self.estimate.ended(boot, seconds)
        try:
            state, reason = boot.judge(status)
        except OSError as error:
            state, reason = "failed", f"its record could not be kept: {error.strerror}"
        self.ledger.tell(boot.environment.name, boot.part, state, reason, seconds)
        said = "measured" if state == "measured" else "FAILED: " + reason
        if boot.rounds_failed:
            said += ", rounds of it failed"
        if boot.rounds_failed or reason:
            self.troubles.append(boot.text())
        left = self.estimate.left(running.since(), running.waiting)
        more = f"; {estimate.words(left)} left" if self.done < self.total else ""
        say(f"[{self.done} of {self.total}] {boot.text()}: {said} ({seconds} s{more})")

    def measure(self, parts):
        """Boots all."""
        parent = os.path.join(self.checkout, "build/lab/out")
        os.makedirs(parent, exist_ok=True)
        work = tempfile.mkdtemp(prefix="bench.", dir=parent)
        everything = self._boots(parts, work)
        self.total = len(everything)
        say(f"{self._plan(everything)}; what they say is in {shown(work)}")
        self.ledger.ask(self.known, parts)
        with machines.Machines(self.machines) as running:
            running.run(everything, self._begun,
                        lambda boot, *how: self._ended(running, boot, *how))

    def report(self):
        """Has the page made of all that is there."""
        report = os.path.join(self.checkout, "analysis/report/report")
        if self.options.no_report or not self.ledger.loads():
            return True
        return subprocess.call([report, self.options.out]) == 0

    def _report_cut(self):
        """The page of what a bench has that was ended; another signal ends this, too."""
        if self.options.no_report or not self.ledger.loads():
            return
        command = f"make report RUN={shown(self.options.out)}"
        say(f"its page so far, which Ctrl-C leaves out ({command})")
        try:
            _listen()
            made = self.report()
        except Interrupted:
            made = False
        if not made:
            say(f"no report: {command}")

    def main(self):
        """The exit status."""
        parts = self._parts()
        if self.options.dry_run:
            return self.dry_run(parts)
        self._prepare()
        try:
            self.measure(parts)
        except Interrupted as error:
            say(f"ended ({error}): what was measured is kept; go on with "
                f"{self.options.again(shown(self.options.out))}")
            self._report_cut()
            return INTERRUPTED
        if not self.ledger.anything():
            say("nothing was measured: " + shown(self.ledger.path) + " says why")
            return NOTHING
        reported = self.report()
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        say(f"the bench took {int(time.monotonic() - self.start)} s, and "
            f"{int(spent.ru_utime + spent.ru_stime)} s of CPU time: {shown(self.options.out)}")
        if self.troubles:
            say(f"not all went well in {'; '.join(self.troubles)}: "
                f"{shown(self.ledger.path)} and the report name it")
        if not reported:
            say(f"no report: make report RUN={shown(self.options.out)}")
            return NOTHING
        return SOME_FAILED if self.troubles else GOOD


def main(lab, words):
    """The exit status, after the one line that a refusal is."""
    _listen()
    try:
        return Bench(lab, words).main()
    except Refused as error:
        say(str(error))
        return OWN
    except Interrupted as error:
        say(f"ended ({error}) before anything was measured")
        return INTERRUPTED
