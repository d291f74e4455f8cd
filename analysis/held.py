# SPDX-License-Identifier: GPL-2.0-only
"""Loads while others hold a part of the pool: what became of each, and what was counted meanwhile."""

KIND = "held"
COUNTS = ("maps", "bounces", "bounced_bytes", "fails")
FIGURES = ("io_bytes", "bandwidth_bytes_s", "lat_p99_ns")


def rounds_of(env, record):
    """What is told of an environment's rounds of this kind, by device, load and share held."""
    out = []
    for one in record["rounds"]:
        if one["kind"] != KIND:
            continue
        counted = one.get("counters") or {}
        raw = counted.get("raw")
        out.append(dict(
            {key: counted.get(key) for key in COUNTS},
            figures={key: one["figures"].get(key) for key in FIGURES},
            device=one["device"], load=one["load"], backend=one["backend"], force=one["force"],
            percent=one.get("held"), ok=one["ok"], why=one.get("why"),
            verified=one.get("verified"), missing=one.get("missing") or {}, round=one["index"],
            source=f"{env}/{one['raw']}" if one.get("raw") else f"{env}/run.json",
            counters=f"{env}/{raw}" if raw else None))
    return sorted(out, key=lambda one: (one["device"], one["load"], one["percent"] or 0,
                                        one["backend"] != "stock"))
