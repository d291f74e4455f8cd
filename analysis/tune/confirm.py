# SPDX-License-Identifier: GPL-2.0-only
"""Holding an earlier advice against what was recorded since, with the pool of today."""
import json

from replays import Refused

KIND = "swiotlb-xen-tune"
WITHIN = 0.05  # of the peak


def read(path):
    """An advice that --json printed."""
    try:
        with open(path, encoding="utf-8") as f:
            document = json.load(f)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}")
    except (ValueError, RecursionError):
        document = None
    if not is_advice(document):
        raise Refused(f"{path}: it is not an advice that --json printed")
    return document


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_pool(entry):
    """Has what is compared."""
    return isinstance(entry, dict) and isinstance(entry.get("allocator"), str) and \
        all(is_count(entry.get(name)) for name in ("slots", "failures")) and \
        all(entry.get(name) is None or is_count(entry[name])
            for name in ("areas", "layouts_failing"))


def is_advice(document):
    if not isinstance(document, dict) or document.get("kind") != KIND \
            or document.get("schema") != 1:
        return False
    peak, pools = document.get("peak_with_failed"), document.get("pools")
    return isinstance(peak, dict) and is_count(peak.get("slots")) and \
        is_count(document.get("failed_in_recording")) and \
        isinstance(pools, list) and all(is_pool(one) for one in pools)


def predicted(before, now):
    """What was foretold of a pool like that of today, or None."""
    today = now["today"]
    areas = today["areas"] if today["pool"] == "stock" else None
    return next((p for p in before["pools"] if p["allocator"] == today["pool"] and
                 p["slots"] == today["slots"] and p["areas"] == areas), None)


def as_foretold(foretold, failures):
    """None: nothing was, or it could go either way."""
    if foretold is None or not foretold["failures"] and foretold.get("layouts_failing"):
        return None
    return (foretold["failures"] > 0) == (failures > 0)


def compare(before, now):
    """The comparison, as it stands in the JSON."""
    foretold = predicted(before, now)
    peak, was = now["peak_with_failed"]["slots"], before["peak_with_failed"]["slots"]
    failures = now["failed_in_recording"]
    return {
        "slots": now["today"]["slots"], "foretold": foretold,
        "peak_foretold": was, "peak": peak, "peak_difference": (peak - was) / was if was else None,
        "peak_within": bool(was) and abs(peak - was) <= WITHIN * was,
        "failed_before": before["failed_in_recording"],
        "failures": failures, "bounces": now["bounces"] + failures,
        "failures_as_foretold": as_foretold(foretold, failures) if now["bounces"] or failures else None,
    }


def failed(result):
    """It did not come true: what was foretold, or to be either way, is no failure."""
    return result["failures_as_foretold"] is False


def lines(result, applied):
    """The comparison in words; of a pool that was resized for it, what it was before."""
    if applied:
        yield (f"Before: {applied['slots_before']} slots, {applied['failed_before']} mappings "
               f"failed; resized to {applied['slots']}.")
    if not result["bounces"]:
        yield "Nothing bounced while this was recorded: it confirms nothing."
        return
    if result["foretold"] is None:
        yield (f"Nothing was foretold of a pool of {result['slots']} slots: boot with a size that "
               "was advised.")
    elif result["failures_as_foretold"] is None:
        yield (f"At {result['slots']} slots it was to depend on how they lie: "
               f"{result['foretold']['layouts_failing']} of 4 layouts failed; {result['failures']} "
               f"failures were recorded.")
    else:
        word = "Confirmed" if result["failures_as_foretold"] else "NOT confirmed"
        yield (f"{word}: at {result['slots']} slots {result['foretold']['failures']} failures were "
               f"foretold, {result['failures']} were recorded.")
    hidden = result["failed_before"] and result["peak"] > result["peak_foretold"]
    why = "a driver whose mappings fail asks for less" if hidden else "another load than then"
    difference = result["peak_difference"]
    if difference is not None:
        yield (f"The peak was foretold as {result['peak_foretold']} slots and is {result['peak']} "
               f"({100 * difference:+.1f} %)"
               f"{'' if result['peak_within'] else ': ' + why}.")
