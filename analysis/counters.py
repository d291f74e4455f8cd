# SPDX-License-Identifier: GPL-2.0-only
"""The counts of a counted round, from the file of what counted, for some PCI functions.

On stock that is the JSON of the recipe for tracefs; on the module its counters before and after
the round, as it prints them.
"""

import raw_files

REASONS = ("mask", "straddle", "align", "forced")
FAILURES = ("full", "fragmented", "too_large", "mask_unreachable")


def of_recipe(raw, functions):
    """Counts out of the recipe's JSON."""
    counts = {"bounces": 0, "bounced_bytes": 0, "by_reason": {}, "dropped": raw.get("dropped")}
    for device in raw["devices"]:
        if device["device"] not in functions:
            continue
        counts["bounces"] += device["bounces"]
        counts["bounced_bytes"] += device["bytes"]
        for reason, count in device["reasons"].items():
            counts["by_reason"][reason] = counts["by_reason"].get(reason, 0) + count["bounces"]
    return counts


def _sums(text, functions):
    """Sums over the functions ('BDF key=value ...') and the pool's own values ('key value')."""
    sums = {}
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if ":" not in words[0]:
            if len(words) > 1 and words[1].isdigit():
                sums["pool_" + words[0]] = int(words[1])
        elif words[0] in functions:
            for word in words[1:]:
                name, _, value = word.partition("=")
                if value.isdigit():
                    sums[name] = sums.get(name, 0) + int(value)
    return sums


def of_module(text, functions):
    """Counts out of the module's counters: two readings, each after a line '# TIME'."""
    readings = ("\n" + text).split("\n# ")[1:]
    if len(readings) != 2:
        raise raw_files.Damaged("not the module's counters before and after a round")
    before, after = (_sums(reading.partition("\n")[2], functions) for reading in readings)

    def grown(name):
        return after.get(name, 0) - before.get(name, 0)

    by_reason = {reason: grown("bounce_" + reason) for reason in REASONS}
    failures = {reason: grown("fail_" + reason) for reason in FAILURES}
    return {"maps": grown("maps"), "map_bytes": grown("map_bytes"),
            "bounces": sum(by_reason.values()), "bounced_bytes": grown("bounce_bytes"),
            "by_reason": by_reason, "fails": sum(failures.values()), "fails_by_reason": failures,
            "copy_in_bytes": grown("copy_in_bytes"), "copy_out_bytes": grown("copy_out_bytes"),
            "exchanges": grown("pool_exchanges"), "exchange_ns": grown("pool_exchange_ns")}


def read(path, source, functions):
    """The counts in a round's file. Raises Damaged."""
    try:
        if source != "module:counters":
            return of_recipe(raw_files.read(path), functions)
        return of_module(raw_files.text(path), functions)
    except (KeyError, TypeError, AttributeError) as error:
        raise raw_files.Damaged(f"not as its tool writes it: {error!r}")
