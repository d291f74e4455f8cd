# SPDX-License-Identifier: GPL-2.0-only
"""How long a bench takes: what each boot is known to take (takes= of its environment), on as many
machines as run at once, and corrected by what those took that have ended.
"""


def together(seconds, machines):
    """How long boots take if each machine takes the next one as soon as it is free."""
    busy = [0] * machines
    for one in seconds:
        busy[busy.index(min(busy))] += one
    return max(busy)


class Estimate:
    """What is left of a bench."""

    def __init__(self, machines):
        self.machines, self.planned, self.took = machines, 0, 0

    def ended(self, boot, seconds):
        """A boot has ended; one that was lost soon says nothing of the others."""
        self.planned += boot.seconds
        self.took += max(seconds, boot.seconds / 3)

    def left(self, running, waiting):
        """Seconds. running: [(boot, for how long)]; waiting: boots."""
        speed = self.took / self.planned if self.planned else 1
        left = [max(boot.seconds * speed - since, boot.seconds / 10) for boot, since in running]
        return together(left + [boot.seconds * speed for boot in waiting], self.machines)


def words(seconds):
    """A duration that is not known to the second."""
    return "less than a minute" if seconds < 45 else f"about {max(1, round(seconds / 60))} min"
