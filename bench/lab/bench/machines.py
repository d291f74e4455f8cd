# SPDX-License-Identifier: GPL-2.0-only
"""Runs the boots of a bench, as many at a time as the lab has machines."""

import os
import re
import signal
import subprocess
import time

# What an emulator takes of the host's memory at most.
MEMORY = 4 << 30


class Machines:
    """Boots that run side by side; on leaving none runs."""

    def __init__(self, most):
        self.most = most
        self.running = []  # (boot, its process, when it began)
        self.waiting = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for _, child, _ in self.running:
            child.send_signal(signal.SIGTERM)
        for _, child, _ in self.running:
            child.wait()

    def _start(self, boot):
        boot.begin()
        with open(boot.log, "a") as log:
            # a session of its own: Ctrl-C is for the bench, which ends its machines itself
            child = subprocess.Popen(boot.command(), stdin=subprocess.DEVNULL, stdout=log,
                                     stderr=subprocess.STDOUT, start_new_session=True)
        self.running.append((boot, child, time.monotonic()))

    def since(self):
        """[(boot that runs, for how many seconds)]."""
        return [(boot, time.monotonic() - begun) for boot, _, begun in self.running]

    def run(self, boots, begun, ended):
        """Runs all. begun(boot) is told before, ended(boot, status, seconds) after each."""
        waiting = self.waiting = list(boots)
        while waiting or self.running:
            while waiting and len(self.running) < self.most:
                boot = waiting.pop(0)
                begun(boot)
                self._start(boot)
            for one in list(self.running):
                boot, child, start = one
                status = child.poll()
                if status is None:
                    if boot.waits():  # it begins when it has a machine
                        self.running[self.running.index(one)] = (boot, child, time.monotonic())
                    continue
                self.running.remove(one)
                if boot.again(status):
                    waiting.insert(0, boot)
                else:
                    ended(boot, status, int(time.monotonic() - start))
            time.sleep(0.2)


def most(wanted=None):
    """As many machines as the lab runs at once, as there is memory for, and as are wanted."""
    with open("/proc/meminfo") as file:
        available = int(re.search(r"^MemAvailable: +(\d+) kB", file.read(), re.M).group(1)) << 10
    least = min(len(os.sched_getaffinity(0)), available // MEMORY)
    return max(1, min(least, wanted or least))
