# SPDX-License-Identifier: GPL-2.0-only
"""The command line of dmabench."""

import os

from errors import Refused

USAGE = """\
Usage: dmabench --device DEVICE [OPTIONS]
Times the DMA API on DEVICE: mappings that bounce and that do not, by size, direction, number of
threads and how full the pool is; sync; coherent memory. The kernel's own backend and the module
xen_swiotlb take turns. The device is only bound, never used, and goes back to its driver.

  --device BDF        the PCI device, e.g. 0000:04:00.0
  --device spare-nic  a network function that has no address, found by itself
  --device none       no hardware: a device of dmabench's own, which the kernel's default backend
                      serves and no IOMMU stands before; stock only
  --unbind            take the device from its driver (a spare NIC is taken without being asked)
  --backend NAME      stock, module or both; given twice for both (default: both, if the module
                      is built or installed; else stock)
  --rounds N          measure all cells N times with each backend (default 1)
  --seed N            of the coins that say which backend comes first (default 1)
  --set quick|full    fewer or more cells (default quick)
  --set bench         the few cells that `bench/run` measures
  --layouts N         layouts of each occupancy (default 3; full: 6)
  --fullest PERCENT   fill the pool up to this share at most (default 100)
  --threads N         most threads (default: one for each CPU)
  --out DIR           write dmabench.json and dmabench.txt there (default: the table only)
  --dry-run           print the cells and stop

  --cell 'KEY=VALUE...'  measure this one cell and print its JSON
  --sequence FILE     carry out requests, print where each was placed; - reads standard input
  --sequence seed:N[:COUNT]  the same with COUNT (1000) requests made from a seed
  --leak N            with --sequence: never unmap the last N mappings that are left
  --print-sequence    print the requests of --sequence and stop

  -- COMMAND [ARGS]   only bind the device, run COMMAND, and give the device back: the folder of the
                      module's files for it is $DMABENCH_FILES, the exit status is COMMAND's
  --hold PERCENT      with a command: hold so much of the pool meanwhile, as the device's mappings

Examples:
  dmabench --device spare-nic
  dmabench --device 0000:04:00.0 --unbind --rounds 6 --out /tmp/dma
  dmabench --device spare-nic --backend stock --cell 'test=pair size=65536 dir=from'
  dmabench --device spare-nic --backend stock --sequence seed:7:500
  printf 'map 0 4096 to\\nmap 1 512 from\\nunmap 0\\n' | dmabench --device spare-nic --sequence -

Exit status: 0; 1 a measurement failed; 2 it could not begin."""

SWITCHES = {"--unbind": "unbind", "--dry-run": "dry_run", "--print-sequence": "print_sequence"}
NUMBERS = {"--rounds": (1, 100), "--layouts": (1, 100), "--fullest": (0, 100),
           "--threads": (1, 1024), "--leak": (1, 65536), "--seed": (0, 999999999),
           "--hold": (1, 100)}
WORDS = {"--device": "device", "--out": "out", "--cell": "cell", "--sequence": "sequence"}
BACKENDS = {"stock": ["stock"], "module": ["module"], "both": ["stock", "module"]}
LAYOUTS = {"bench": 3, "quick": 3, "full": 6}


class Options:
    """What was asked for."""

    def __init__(self, words):
        self.command = " ".join(["dmabench"] + words)
        self.help = self.unbind = self.dry_run = self.print_sequence = False
        self.device = self.out = self.cell = self.sequence = ""
        self.rounds, self.seed, self.set, self.fullest, self.leak = 1, 1, "quick", 100, 0
        self.layouts = self.threads = self.hold = None
        self.backends, self.bound = [], []
        self._read(list(words))
        if not self.help:
            self._check()

    def _read(self, words):
        while words:
            word = words.pop(0)
            if word in ("-h", "--help"):
                self.help = True
                return
            if word == "--":
                if not words:
                    raise Refused("a command is missing behind --")
                self.bound, words = words, []
                continue
            if word in SWITCHES:
                setattr(self, SWITCHES[word], True)
                continue
            if not words:
                raise Refused(f"{word}: unknown, or its value is missing: see dmabench --help")
            self._value(word, words.pop(0))

    def _value(self, name, value):
        if name in NUMBERS:
            low, high = NUMBERS[name]
            if not value.isdigit() or len(value) > 9 or not low <= int(value) <= high:
                raise Refused(f"{name} must be a number from {low} to {high}, not '{value}'")
            setattr(self, name[2:], int(value))
        elif name in WORDS:
            setattr(self, WORDS[name], value)
        elif name == "--backend":
            if value not in BACKENDS:
                raise Refused(f"--backend must be stock, module or both, not '{value}'")
            self.backends += [word for word in BACKENDS[value] if word not in self.backends]
        elif name == "--set":
            if value not in LAYOUTS:
                raise Refused(f"--set must be bench, quick or full, not '{value}'")
            self.set = value
        else:
            raise Refused(f"unknown option '{name}': see dmabench --help")

    def _check(self):
        if self.print_sequence:
            if not self.sequence:
                raise Refused("--print-sequence goes with --sequence")
            return
        if not self.device:
            raise Refused("--device is missing: see dmabench --help")
        if self.cell and self.sequence:
            raise Refused("--cell and --sequence exclude each other")
        if self.bound and (self.cell or self.sequence):
            raise Refused("a command excludes --cell and --sequence")
        if self.hold and not self.bound:
            raise Refused("--hold goes with a command")
        if self.leak and not self.sequence:
            raise Refused("--leak goes with --sequence")
        if self.layouts is None:
            self.layouts = LAYOUTS[self.set]
        cpus = len(os.sched_getaffinity(0))
        if self.threads is None:
            self.threads = cpus
        if self.threads > cpus:
            raise Refused(f"--threads {self.threads}: this machine has {cpus} CPUs")
        if self.out:
            try:
                os.makedirs(self.out, exist_ok=True)
            except OSError as error:
                raise Refused(f"cannot make the folder {self.out}: {error.strerror}")
            if not os.access(self.out, os.W_OK):
                raise Refused(f"cannot write to {self.out}")
