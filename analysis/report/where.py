# SPDX-License-Identifier: GPL-2.0-only
"""What bounces where, in sentences by rule, and what to do about each device that bounces."""

import collections

from quantities import listed, percent

from series import variants_of

# A quick run has seven rows; more than these are counted, not listed.
MOST_LISTED = 6

# As xswbounce says it: the drivers that ask the kernel how wide to be, the width that xsw-defrag takes at
# most (a device that reaches further reaches all memory), and a word a reason.
NARROW = ("mptsas", "mptspi", "mptfc", "qla2xxx", "aacraid", "aic7xxx", "aic79xx", "esas2r")
WIDEST = 40
ADVICE = {
    "narrow": "the device is wide; Xen PV told its driver not to be: the kernel answers its "
              "dma_get_required_mask() with 32 bits. The module xen_swiotlb answers with the "
              "machine's highest frame, and ends the bouncing",
    "mask": "it can't address the memory it is given: a wider device, or buffers below its mask, "
            "end the bouncing; a larger pool does not",
    "straddle": "its buffers are not contiguous in machine memory: defragment (modprobe "
                "xen_swiotlb_defrag; xsw-defrag all, while the load runs)",
    "narrow straddle": "its buffers are not contiguous in machine memory: defragment (modprobe "
                       "xen_swiotlb_defrag; xsw-defrag --width {bits} all, while the load runs: "
                       "takes low memory that other domains need)",
    "align": "its buffers are contiguous, but not as its alignment or boundary asks",
    "forced": "bouncing is forced: take swiotlb=force off the kernel's command line",
}


# A command that bounces beside its data makes a share a little more than 1. A share far above 1 is of a
# card's whole buffers: it does not tell whether each byte that moved was in one.
MOST_OF_ALL = 1.1


def _class(one):
    """What is said of a share: None, none, all, or a number."""
    if one is None or one["share"] is None:
        return None
    if not one["share"]:
        return "nothing"
    return "every byte" if 1 <= one["share"] <= MOST_OF_ALL else "in part"


def _places(series):
    """Series by their places; whether both backends behaved alike is said after."""
    return listed(dict.fromkeys(one.place for one in series))


def _where(found, word):
    """The series that belong to a class, as words; a place counts as one if both backends do."""
    mine = [one for one, what in found.items() if what == word]
    split = {one.place for one, what in found.items() if what != word}
    if any(one.place in split for one in mine):
        return listed(one.label for one in mine)
    return _places(mine)


def _counted_last(found, words):
    """[(class, where)], in words. The class of most series comes last and is told as the rows that
    are left, where it has so many that a list of them answers nothing.
    """
    rows = collections.Counter(found.values())
    most = max(words, key=rows.get)
    if rows[most] <= MOST_LISTED:
        return [(word, _where(found, word)) for word in words]
    left = "the other" if len(words) > 1 else "all"
    return [(word, _where(found, word)) for word in words if word != most] + \
        [(most, f"{left} {rows[most]} rows")]


def device_words(target, device):
    """A device with its driver and the width of its DMA mask."""
    bits = device.get("dma_mask_bits")
    width = f"{bits}-bit, " if bits else ""
    return f"{target} ({width}{device.get('driver') or device.get('role', 'device')})"


def _amount(found, word, targets):
    """A class in words; in part with its share."""
    if word != "in part":
        return word
    shares = [one.share(target)["share"] for one, what in found.items() if what == word
              for target in targets]
    low, high = percent(min(shares)), percent(max(shares))
    return (low if low == high else f"{low[:-2]}\u2013{high}") + " of the bytes"


def _alike(found):
    """Words for stock and module doing the same in all environments that tried both."""
    places = {}
    for one, what in found.items():
        places.setdefault(one.place, []).append(what)
    both = [words for words in places.values() if len(words) > 1]
    return "; stock and module alike" if both and all(len(set(words)) == 1 for words in both) \
        else ""


def bounces(summary, series):
    """Sentences that say which devices bounce where; devices that behave alike are told once."""
    groups = {}
    for target, device, names in variants_of(summary):
        found = {one: _class(one.share(target)) for one in series if one.env["name"] in names}
        found = {one: what for one, what in found.items() if what}
        if found:
            alike = tuple((one.key, what) for one, what in found.items())
            groups.setdefault(alike, ([], found))[0].append((target, device))
    out = []
    for who, found in groups.values():
        targets = [target for target, _ in who]
        who = listed(device_words(target, device) for target, device in who)
        does = "bounces" if len(targets) == 1 else "bounce"
        words = [word for word in ("every byte", "in part", "nothing") if word in found.values()]
        if words == ["nothing"]:
            out.append(f"{who} {does} nowhere.")
            continue
        parts = [f"{_amount(found, word, targets)} in {places}"
                 for word, places in _counted_last(found, words)]
        out.append(f"{who} {does} {', '.join(parts)}{_alike(found)}.")
    return out


def advice(series):
    """What to do about the devices that bounce, by the main reason of each; a line a reason."""
    found = {}
    for one in series:
        devices = {device.get("target", device["id"]): device
                   for device in (one.env["record"] or {"devices": []})["devices"]}
        for share in one.env["shares"]:
            reasons = {name: n for name, n in share["reasons"].items() if n}
            if share["backend"] != one.backend or not reasons or share["share"] == 0:
                continue
            reason = max(reasons, key=reasons.get)
            device = devices.get(share["device"], {})
            if reason == "mask" and one.backend == "stock" and device.get("driver") in NARROW \
                    and device.get("dma_mask_bits") == 32 and one.env["name"].startswith("xen"):
                reason = "narrow"
            bits = device.get("dma_mask_bits")
            if reason == "straddle" and bits and bits <= WIDEST:
                reason = "narrow straddle"
            if reason in ADVICE:
                words = ADVICE[reason].format(bits=bits)
                found.setdefault(words, {})[share["device"]] = True
    return [f"To do about {'each of ' if len(devices) > 1 else ''}{listed(devices)}: {words}."
            for words, devices in found.items()]
