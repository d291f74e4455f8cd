# SPDX-License-Identifier: GPL-2.0-only
"""On a real host: does what a map saves (dmabench), times the maps of an I/O, explain the load?"""
from quantities import count, number, size

SIDES = ("stock", "module")


def _cells(cells, load):
    """The cells of a load on both backends, not forced; None where one is missing."""
    found = {one["backend"]: one for one in cells
             if (one["device"], one["load"], one["force"]) == load + (False,)}
    return [found[side] for side in SIDES] if set(SIDES) <= set(found) else None


def _route(counted):
    """The route of nearly all maps of a load; None where they are mixed."""
    share = counted["share"]
    if share is None or .01 < share < .99:
        return None
    return "bounced" if share >= .99 else "direct"


def _said(env, kind, bytes_):
    """(least, most) that a map of about this size saves by dmabench, in ns; None without it."""
    paths = [[one for one in env["dma"]["paths"] if (one["backend"], one["kind"], one["dir"],
              one["cache"]) == (side, kind, "to", "hot")] for side in SIDES]
    sizes = {one["size"] for one in paths[0]} & {one["size"] for one in paths[1]}
    if not sizes:
        return None
    near = min(sizes, key=lambda one: abs(one - bytes_))
    stock, module = (next(one for one in some if one["size"] == near) for some in paths)
    return (stock["low"] or 0) - module["high"], stock["high"] - (module["low"] or 0)


def rows_of(env):
    """A row a load: maps an I/O, what dmabench says they save, what CPU the load saved."""
    rows = []
    if env["emulated"] or not env["dma"] or env["dma"]["unit"] != "ns":
        return rows
    for device, load in dict.fromkeys((one["device"], one["load"]) for one in env["timed"]):
        timed, counted = (_cells(env[part], (device, load)) for part in ("timed", "counted"))
        if not timed or not counted or not counted[1]["maps"] or not counted[1]["io_bytes"]:
            continue
        medians = [{key: one["figures"][key]["median"] for key in
                    ("io_bytes", "ios", "cpu_s_per_gb")} for one in timed]
        said = _said(env, _route(counted[1]), counted[1]["map_bytes"] / counted[1]["maps"])
        if not said or not all(all(side.values()) for side in medians):
            continue
        each = medians[1]["io_bytes"] / medians[1]["ios"]
        maps = counted[1]["maps"] / counted[1]["io_bytes"] * each
        saved = (medians[0]["cpu_s_per_gb"] - medians[1]["cpu_s_per_gb"]) * each
        rows.append([env["name"], device, load, _route(counted[1]), size(each), number(maps, 3),
                     f"{count(maps * said[0])} to {count(maps * said[1])}", count(saved)])
    return rows


def closure(document, summary):
    """The table of all environments that tell enough."""
    rows = [row for env in summary["environments"] for row in rows_of(env)]
    document.add("table", ["Environment", "Device", "Load", "Route", ">An I/O", ">Maps an I/O",
                           ">dmabench says they save, ns", ">CPU the load saved an I/O, ns"], rows)
    if rows:
        document.add("paragraph", "The module by stock, by medians. Where the load saved what "
                                  "dmabench says, the path explains it; what it saved beyond that "
                                  "has another cause, or is noise.")
