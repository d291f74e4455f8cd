# SPDX-License-Identifier: GPL-2.0-only
"""Without a recording: what the kernel's own counters tell of this host, and what they don't.

Stock's pool by debugfs, the module's by its sysfs (its ABI.md), failures by the recipe bounces.
"""
import json
import os

import host
from kernel import (SLOT, default_areas, named, parameter, parts, power_of_two,
                    rounded)
from replays import Refused
from subject import LARGEST, pieces

STOCK = "/sys/kernel/debug/swiotlb/"
MODULE = "/sys/devices/platform/xen_swiotlb/"
FULL = 0.9  # from there on mappings may have failed
NOT_KNOWN = ["who holds it", "fragmentation", "other sizes", "what each remedy would save"]


def stock_pool():
    """None: there is none to be seen."""
    slots = host.number(STOCK + "io_tlb_nslabs")
    if not slots:
        return None
    used, most = host.number(STOCK + "io_tlb_used") or 0, host.number(STOCK + "io_tlb_used_hiwater")
    why = None
    if most is None:
        why = "this kernel does not tell it (io_tlb_used_hiwater came with 6.3)"
    elif most < max(used, 1):
        why = (f"io_tlb_used_hiwater says {most}, as it does until the first bounce after boot or a "
               f"reset, and always on a kernel that keeps it only when booted with "
               f"swiotlb=...,track_hiwater (7.3 is one)")
    return {"pool": "stock", "slots": slots, "used": used, "most_used": None if why else most,
            "most_used_exact": not why, "most_used_not_known": why, "since_seconds": None}


def module_pool():
    """'high_water': SLOTS exact|sampled NS."""
    size = host.number(MODULE + "pool_bytes")
    if size is None:
        return None
    told = (host.read(MODULE + "high_water") or "").split()
    right = len(told) == 3 and told[0].isdigit() and told[2].isdigit()
    pool = dict(line.split(None, 1) for line in (host.read(MODULE + "pool") or "").splitlines()
                if len(line.split(None, 1)) == 2)
    used = pool.get("used", "")
    return {"pool": "module", "slots": size // SLOT, "used": int(used) if used.isdigit() else None,
            "most_used": int(told[0]) if right else None,
            "most_used_exact": right and told[1] == "exact",
            "most_used_not_known": None if right else "the module does not tell it (high_water)",
            "since_seconds": int(told[2]) / 1e9 if right else None}


def failures(answer):
    """Attempts that failed, of each device that had any, in the JSON of 'bounces'; None: not told."""
    try:
        found = json.loads(answer)
        devices = []
        for one in found["devices"]:
            by_reason = {name: int(why["attempts"]) for name, why in one["failed"].items()}
            too_large = int(one["too_large"]["attempts"])
            if too_large:
                by_reason["too-large"] = by_reason.get("too-large", 0) + too_large
            if by_reason:
                devices.append({"device": str(one["device"]), "driver": str(one["driver"]),
                                "failed": by_reason})
        return {"seconds": float(found["elapsed_us"]) / 1e6, "devices": devices,
                "bounces": sum(int(one["bounces"]) for one in found["devices"]),
                "log_lines_full": None if found["full_lines"] is None else int(found["full_lines"])}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def counted(bounces, seconds):
    """The same, of this host from now on."""
    answer = host.ask([bounces, "--json", str(seconds)], also=(1,), seconds=seconds + 60)
    return failures(answer) if answer else None


def failed_of(found):
    """How many attempts failed for want of room, as far as was counted."""
    return sum(number for one in found["devices"] for why, number in one["failed"].items()
               if why not in ("too-large", "mask-unreachable")) if found else 0


def advised(pool, margin, failed, kernel, areas):
    """Slots for the peak with its margin, twice as many where that was no limit; None: not known."""
    most = pool["most_used"]
    want = None if most is None else int(most * (1 + margin) + 0.999999)
    if failed or most is not None and most >= FULL * pool["slots"]:
        want = max(want or 0, 2 * pool["slots"])
    if not want:
        return None
    slots = pieces(want) if pool["pool"] == "module" else \
        rounded(power_of_two(want), areas, kernel)
    return slots if slots <= LARGEST else None


def document(reason, margin, bounces, seconds):
    pools = [pool for pool in (stock_pool(), module_pool()) if pool]
    if not pools:
        raise Refused(f"{reason}; and no pool is to be seen in /sys/kernel/debug/swiotlb (root, "
                      f"and debugfs mounted?): record on another kernel, or boot one with BTF")
    kernel, cpus = os.uname().release, os.cpu_count() or 1
    booted = named(host.read("/proc/cmdline") or "")
    numbers, words = parts(booted)
    areas = power_of_two(numbers[1]) if len(numbers) > 1 else default_areas(kernel, cpus)
    found = counted(bounces, seconds)
    for pool in pools:
        failed = pool["pool"] == "module" and failed_of(found) or \
            pool["pool"] == "stock" and found and found["log_lines_full"]
        slots = advised(pool, margin, failed, kernel, areas)
        pool["may_have_failed"] = bool(failed) or (pool["most_used"] or 0) >= FULL * pool["slots"]
        pool["advised_slots"] = slots
        if pool["pool"] == "module":
            pool["parameter"] = slots and f"pool_mb={slots * SLOT >> 20}"
        else:
            pool["parameter"] = slots and parameter(
                slots, areas, kernel, cpus if len(numbers) < 2 else None, words)
    return {"kind": "swiotlb-xen-tune-counters", "schema": 1, "why": reason, "kernel": kernel,
            "cpus": cpus, "booted_with": booted, "margin": margin,
            "pools": pools, "failures": found,
            "not_known": NOT_KNOWN if found else NOT_KNOWN + ["failures and their reason"]}


def pool_lines(pool):
    module = pool["pool"] == "module"
    used = "" if pool["used"] is None else f", {pool['used']} in use now"
    yield (f"{'Pool of xen_swiotlb' if module else 'Stock pool'}: {pool['slots']} slots "
           f"({pool['slots'] * SLOT >> 20} MiB){used}.")
    most = pool["most_used"]
    if most is None:
        yield f"  The most in use is not known: {pool['most_used_not_known']}."
        return
    share = 100 * most / pool["slots"] if pool["slots"] else 0
    since = f"for {pool['since_seconds']:.0f} s" if module else \
        "since boot or since io_tlb_used_hiwater was set to 0"
    how = "exact" if pool["most_used_exact"] else \
        "sampled, so it may be far too low (echo exact >" + MODULE + "high_water)"
    yield f"  At most {most} in use ({share:.0f} %), {how}, {since}."


def failure_lines(found):
    if not found:
        yield "Failures: not counted (the recipe bounces needs tracefs)."
        return
    seconds = f"{found['seconds']:.0f} s"
    for one in found["devices"]:
        why = ", ".join(f"{number} {name}" for name, number in one["failed"].items())
        yield f"Failed in {seconds}: {one['driver']} {one['device']}: {why}."
    lines = found["log_lines_full"]
    if lines:
        yield (f"Failed in {seconds}: mappings of stock, how many is not known; the kernel's log has "
               f"{lines} lines of it.")
    elif lines is None:
        yield "Whether mappings of stock failed is not known: the kernel's log can't be read."
    elif not found["devices"]:
        yield f"Failed in {seconds}: none that is told ({found['bounces']} bounces)."


def advice_lines(pool, margin):
    module = pool["pool"] == "module"
    where = "modprobe xen_swiotlb" if module else "boot with"
    if pool["may_have_failed"]:
        yield f"It was full, or nearly: {where} {pool['parameter'] or 'more'}, and look again."
    elif pool["most_used"] is not None and pool["parameter"]:
        enough = "By that alone it suffices" if pool["advised_slots"] <= pool["slots"] else \
            "It has less room to spare than is asked for"
        yield f"{enough}; with {100 * margin:.0f} % to spare: {pool['parameter']}."


def text(found):
    lines = [f"No recording: {found['why']}. What the kernel itself counts:"]
    for pool in found["pools"]:
        lines += list(pool_lines(pool)) + ["  " + one for one in
                                           advice_lines(pool, found["margin"])]
    if found["booted_with"]:
        lines.append(f"Booted with {found['booted_with']}.")
    lines += failure_lines(found["failures"])
    lines.append(f"Not known so: {', '.join(found['not_known'])}.")
    return "\n".join(lines) + "\n"
