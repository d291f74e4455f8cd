# SPDX-License-Identifier: GPL-2.0-only
"""Counts of the counting rounds of a cell, added up over the rounds that know them."""

SUMS = ("maps", "map_bytes", "bounces", "bounced_bytes", "fails", "exchanges", "exchange_ns",
        "copy_in_bytes", "copy_out_bytes")


def _counter(one, key):
    return (one.get("counters") or {}).get(key)


def moved(one):
    """Bytes that the load moved over the counted device; None for loads without a payload."""
    counted = _counter(one, "io_bytes")
    return one["figures"].get("io_bytes") if counted is None else counted


def whole(one, by_maps):
    """The bytes that a round's bounced bytes are a share of."""
    return _counter(one, "map_bytes") if by_maps else moved(one)


def _share(rounds, by_maps):
    known = [one for one in rounds if whole(one, by_maps)
             and _counter(one, "bounced_bytes") is not None]
    of = sum(whole(one, by_maps) for one in known)
    return sum(_counter(one, "bounced_bytes") for one in known) / of if of else None


def told_by_maps(record, target):
    """Is a device's share one of the bytes mapped, not of those moved?

    A disk's payload is what is mapped, to the byte. A network card maps whole buffers for packets
    that are smaller, and its acknowledgements are no payload: there the bytes mapped tell more, if
    all counting rounds know them.
    """
    if not any(device.get("role") == "nic" and device.get("target", device["id"]) == target
               for device in record["devices"]):
        return False
    return all(whole(one, True) and _counter(one, "bounced_bytes") is not None
               for one in record["rounds"]
               if one["kind"] == "counted" and one["ok"] and one["device"] == target)


def add_up(rounds):
    """The sums of some counting rounds, by name; None where no round knows one."""
    sums = {}
    for key in SUMS:
        known = [_counter(one, key) for one in rounds if _counter(one, key) is not None]
        sums[key] = sum(known) if known else None
    known = [moved(one) for one in rounds if moved(one) is not None]
    reasons = {}
    for one in rounds:
        for reason, count in (_counter(one, "by_reason") or {}).items():
            reasons[reason] = reasons.get(reason, 0) + count
    each = [_counter(one, "bounces") for one in rounds if _counter(one, "bounces") is not None]
    return dict(sums, io_bytes=sum(known) if known else None, by_reason=reasons,
                share=_share(rounds, False), share_of_maps=_share(rounds, True),
                bounces_range=[min(each), max(each)] if each else None)


def device_share(record, rounds, target):
    """The bounced share of all rounds of a device on a backend together."""
    return _share(rounds, told_by_maps(record, target))
