# SPDX-License-Identifier: GPL-2.0-only
"""The command line of 'lab bench': its own options, and those that go on to the runner."""

import os
import shlex
import time

from errors import Refused


class Options:
    """What was asked for."""

    def __init__(self, checkout, words):
        self.out = None
        self.environments, self.passed = [], []
        self.full = self.dry_run = self.no_report = False
        self.words = words = list(words)
        words = list(words)
        while words:
            self._take(words.pop(0), words)
        if not self.out:
            self.out = os.path.join(checkout, "results",
                                    time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) + "-lab")

    def _take(self, word, words):
        if word in ("--out", "--env"):
            if not words:
                raise Refused(f"bench: {word} wants a value")
            if word == "--out":
                self.out = os.path.abspath(words.pop(0))
            else:
                self.environments.append(words.pop(0))
        elif word == "--dry-run":
            self.dry_run = True
        elif word == "--no-report":
            self.no_report = True
        else:
            self.full = self.full or word == "--full"
            self.passed.append(word)

    def command(self):
        """The command of the record."""
        return " ".join(map(shlex.quote, ["bench/run"] + self.words))
