# SPDX-License-Identifier: GPL-2.0-only
"""The unit of a run, and which of its figures the clock can tell.

Every figure is the difference of two readings of the clock, less what two readings take when nothing
lies between them. Where a hypervisor traps the reading, that is far more than a map takes, and it
differs with what the hypervisor finds to do on its way back: what is left is then no figure.
"""

# Two readings of the time stamp counter between fences are 5 instructions, in the lab's native machine
# and PV domains alike; a trap takes thousands (11,028 in a PVH dom0 of Xen 4.20).
DEAR_INSTRUCTIONS = 100
# Without a trap they take 20 to 40 ns on a machine; with one a microsecond and more.
DEAR_NS = 100


class Unit:
    """The unit of a run: instructions or nanoseconds."""

    def __init__(self, machine):
        self.name = "instructions" if machine["clock"] == "instructions" else "ns"
        self.ticks = machine["ticks_per_instruction"] if self.name == "instructions" \
            else machine["tsc_khz"] / 1e6
        self.overhead = machine.get("clock_overhead_ticks", 0)

    @property
    def reading(self):
        """What the reading of the clock takes, in the unit."""
        return self.overhead / self.ticks

    @property
    def dear(self):
        """Does the reading take more than one that nobody traps?"""
        return self.reading > (DEAR_INSTRUCTIONS if self.name == "instructions" else DEAR_NS)

    @property
    def refuses(self):
        """Is no figure told? Those in instructions are told for exact, and none is here."""
        return self.dear and self.name == "instructions"

    @property
    def untold(self):
        """One line that says which figures are not told, and why; None where all are."""
        if not self.dear:
            return None
        reading = f"{self.reading:,.0f} {self.name}"
        if self.refuses:
            return ("all figures: a hypervisor traps the reading of the clock here: "
                    f"{reading} a reading; use an environment where it does not")
        return (f"figures below {reading}: reading the clock takes that long here, as where a "
                "hypervisor traps or emulates it")

    def of(self, ticks):
        """A time that was read as the difference of two readings of the clock; None where it can't be
        told: never 0 for what is less than the reading takes.
        """
        if ticks is None or self.refuses:
            return None
        net = ticks - self.overhead
        if net <= 0 or self.dear and net < self.overhead:
            return None
        return round(net / self.ticks * 10) / 10
