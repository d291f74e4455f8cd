# SPDX-License-Identifier: GPL-2.0-only
"""The command line of 'lab bench': its own options, and those that go on to the runner."""

import os
import re
import shlex
import time

from errors import Refused


SETS = ("--quick", "--full")


class Options:
    """What was asked for."""

    def __init__(self, checkout, words):
        self.out = None
        self.environments, self.passed, self.sets = [], [], []
        self.full = self.dry_run = self.no_report = False
        self.jobs = None  # machines at a time; None: as many as the lab runs
        self.words = words = list(words)
        words = list(words)
        while words:
            self._take(words.pop(0), words)
        if not self.out:
            self.out = os.path.join(checkout, "results",
                                    time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) + "-lab")

    def _take(self, word, words):
        if word in ("--out", "--env", "--jobs"):
            if not words:
                raise Refused(f"bench: {word} wants a value")
            value = words.pop(0)
            if word == "--out":
                self.out = os.path.abspath(value)
            elif word == "--env":
                self.environments.append(value)
            elif re.match("[1-9][0-9]?$", value):
                self.jobs = int(value)
            else:
                raise Refused(f"bench: --jobs wants a number of machines, not '{value}'")
        elif word == "--dry-run":
            self.dry_run = True
        elif word == "--no-report":
            self.no_report = True
        else:
            self.full = self.full or word == "--full"
            self.sets += [word] if word in SETS else []
            self.passed.append(word)

    @property
    def set(self):
        """The set of loads."""
        return "full" if self.full else "quick"

    def take_set(self, name):
        """A folder keeps the set that it was begun with. Raises Refused."""
        if self.sets and self.set != name:
            raise Refused(f"{self.out} holds the {name} set: leave SET= out, or name another "
                          "folder")
        if name == "full" and not self.full:
            self.full = True
            self.passed.append("--full")

    def command(self):
        """The command of the record."""
        return " ".join(map(shlex.quote, ["bench/run"] + self.words))

    def again(self, folder, name=None):
        """The command that adds to a folder what it lacks, or one environment of it."""
        words = [word for word in self.passed if word not in SETS]
        if words:
            named = ["--env", name] if name else []
            return " ".join(map(shlex.quote, ["bench/run"] + named + words + ["--out", folder]))
        return f"make bench{f' ENV={name}' if name else ''} OUT={folder}"
