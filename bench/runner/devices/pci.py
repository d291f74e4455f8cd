# SPDX-License-Identifier: GPL-2.0-only
"""PCI functions: which one does a device's DMA, its driver and mask, what hangs on it."""

import os
import re

from host import write

ADDRESS = re.compile(r"[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$")


def above(path):
    """The nearest PCI function above a device's folder (without links): it does the DMA."""
    while len(path) > 1:
        name = os.path.basename(path)
        if ADDRESS.match(name) and os.path.exists(os.path.join(path, "vendor")):
            return name
        path = os.path.dirname(path)
    return None


class Function:
    """A PCI function by its address."""

    def __init__(self, host, address):
        self.host, self.address = host, address
        self.path = host.sysfs("bus/pci/devices", address)

    @property
    def driver(self):
        """The name of its driver; None without one."""
        link = os.path.join(self.path, "driver")
        return os.path.basename(os.path.realpath(link)) if os.path.exists(link) else None

    @property
    def mask(self):
        """How many bits its DMA addresses have; 0 where the kernel does not tell."""
        text = self.host.text(os.path.join(self.path, "dma_mask_bits"))
        return int(text) if text and text.isdigit() else 0

    def unbind(self):
        """Takes it from its driver, if it has one."""
        if self.driver:
            write(os.path.join(self.path, "driver", "unbind"), self.address)

    def bind(self, driver):
        """Gives it to a driver, unless it has one."""
        if driver and not self.driver:
            write(self.host.sysfs("bus/pci/drivers", driver, "bind"), self.address)

    def probe(self):
        """Gives it to the driver that the kernel finds for it."""
        write(self.host.sysfs("bus/pci/drivers_probe"), self.address)

    def override(self, driver):
        """Which driver it may bind to alone; None: any."""
        write(os.path.join(self.path, "driver_override"), driver or "\n")

    def hangers(self):
        """Inputs, sound cards and serial lines behind it, which would vanish with its driver."""
        pattern = re.compile(r"(input[0-9]+|card[0-9]+|ttyUSB[0-9]+)$")
        for folder, names, _ in os.walk(os.path.realpath(self.path)):
            for name in names:
                if pattern.match(name) and \
                        os.path.basename(folder) in ("input", "sound") or \
                        name.startswith("ttyUSB"):
                    return name
        return None

    def group_mates(self):
        """Other functions with a driver in its IOMMU group: their DMA would move with it."""
        folder = os.path.join(self.path, "iommu_group", "devices")
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            return []
        return [name for name in names
                if name != self.address and Function(self.host, name).driver]
