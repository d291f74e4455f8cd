# SPDX-License-Identifier: GPL-2.0-only
"""What may differ between the backends besides the backend: limits and queues drivers chose."""

import re

import process

QUEUE = ("max_hw_sectors_kb", "max_sectors_kb", "max_segments", "max_segment_size", "nr_requests",
         "virt_boundary_mask", "dma_alignment")
OFFLOADS = ("rx-checksumming", "tx-checksumming", "scatter-gather", "tcp-segmentation-offload",
            "generic-segmentation-offload", "generic-receive-offload", "large-receive-offload",
            "highdma")


def of_disk(host, name):
    """The limits of a disk's queue."""
    found = {}
    for key in QUEUE:
        text = host.sys_text("block", name, "queue", key)
        if text is not None:
            found[key] = int(text)
    chosen = re.search(r"\[(.*)\]", host.sys_text("block", name, "queue", "scheduler", default=""))
    found["scheduler"] = chosen.group(1) if chosen else "none"
    found["queues"] = len(host.sys_names("block", name, "mq"))
    return found


def of_nic(host, name):
    """The offloads, MTU and queues of a card."""
    _, text = process.output(["ethtool", "-k", name])
    found = dict(re.findall(r"^(" + "|".join(OFFLOADS) + r"): (\S+)", text, re.M))
    mtu = host.sys_text("class/net", name, "mtu")
    found["mtu"] = int(mtu) if mtu else None
    found["queues"] = sum(entry.startswith("rx-")
                          for entry in host.sys_names("class/net", name, "queues"))
    return found
