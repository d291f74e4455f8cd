# SPDX-License-Identifier: GPL-2.0-only
"""Should a device be passed through to a domU, or served by dom0? What bounces either way."""
from document import Link
from quantities import NONE, percent, size

SERVED, PASSED = "xen-dom0-served", "xen-domu"


def amount(share):
    """A bounced share in words that follow 'bounces'."""
    if not share:
        return "nothing"
    return "every byte" if share >= 1 else f"{percent(share)} of the bytes"


def _counted(summary, name):
    """{(device, its width): its counting cells on stock} of an environment."""
    env = next((env for env in summary["environments"] if env["name"] == name), None)
    found = {}
    for device in ((env or {}).get("record") or {"devices": []})["devices"]:
        target = device.get("target", device["id"])
        mine = [cell for cell in env["counted"] if (cell["device"], cell["backend"], cell["force"])
                == (target, "stock", False) and cell["bounced_bytes"] is not None]
        # a card that moved hardly a packet is no part of the domU's load
        if mine and any(cell["io_bytes"] for cell in mine):
            found[target, device.get("dma_mask_bits")] = mine
    return found


def _share(summary, name, target):
    """The bounced share of a device on stock."""
    return next((one["share"] for env in summary["environments"] if env["name"] == name
                 for one in env["shares"] if (one["device"], one["backend"]) == (target, "stock")),
                None)


def both(summary):
    """[(device, cells where dom0 serves it, its share there, share where it is passed through)]"""
    passed = _counted(summary, PASSED)
    return [(target, mine, _share(summary, SERVED, target), _share(summary, PASSED, target))
            for (target, bits), mine in _counted(summary, SERVED).items()
            if (target, bits) in passed]


def sentence(summary):
    """The answer in one sentence; '' without both environments."""
    found = [one for one in both(summary) if None not in one[2:]]
    if not found:
        return ""

    def words(nth):
        return ", ".join(f"{one[0]} {amount(one[nth])}" for one in found)

    if words(2) == words(3):
        return "Served by dom0, a domU's devices bounce what they bounce passed through."
    return f"Served by dom0 to a domU, bounced in dom0: {words(2)}; passed through, in the domU: " \
           f"{words(3)}."


def served(document, summary):
    """The table of both ways."""
    rows = []
    for target, mine, share, passed in both(summary):
        rows.append([target, size(sum(cell["io_bytes"] or 0 for cell in mine)),
                     size(sum(cell["bounced_bytes"] for cell in mine)), percent(share),
                     percent(passed) if passed is not None else NONE,
                     Link("run.json", f"{SERVED}/run.json")])
    document.add("table", ["Device", ">Moved for the domU", ">Bounced by dom0 for it",
                           ">Served: bounced", ">Passed through: bounced", ""], rows)
    if rows:
        document.add("items", [
            "Served: dom0's backends (blkback, netback) map pages that the domU granted, for dom0's "
            "driver of the device. They go direct, or are bounced by dom0 and copied once more, in "
            "dom0's time and through its pool. Passed through: the domU maps its own pages, and "
            "bounces through a pool of its own.",
            "The two loads are not the same, so only shares may be compared. Stock in both. A card's "
            "share is of the bytes that it moved where dom0 serves it: buffers are larger than what "
            "arrives in them, so it may be above 100 %; passed through it is of the bytes mapped.",
            "Not counted: what netback has Xen copy between the domains, and what the domU copies "
            "into pages that it granted for good. Passing a device through saves these."])
