# SPDX-License-Identifier: GPL-2.0-only
"""On a real host: does what a map saves (dmabench), times the maps of an I/O, explain the load?"""
from quantities import count, number, size

import estimates

SIDES = ("stock", "module")
# What is told of where a load has no operations of its own: a stream.
STREAM = 1000


def _cells(cells, load):
    """The cells of a load on both backends, not forced; None where one is missing."""
    found = {one["backend"]: one for one in cells
             if (one["device"], one["load"], one["force"]) == load + (False,)}
    return [found[side] for side in SIDES] if set(SIDES) <= set(found) else None


def _route(counted):
    """The route of nearly all maps of a load; None where they are mixed."""
    share = counted["share_of_maps"] if counted["by_maps"] else counted["share"]
    if share is None or .01 < share < .99:
        return None
    return "bounced" if share >= .99 else "direct"


def _saved(env, device, load, nanoseconds):
    """(CPU time that the module saves, least, most) of what takes so long on stock, in ns; least
    and most are None where the pairs carry no interval, all where too many rounds failed. None where
    nothing was paired.
    """
    pair = next((one for one in env["pairs"] if one["figure"] == "cpu_s_per_gb" and
                 (one["device"], one["load"], one["backend"], one["force"]) ==
                 (device, load, "module", False)), None)
    if not pair:
        return None
    if pair["unreliable"]:
        return None, None, None
    return tuple(None if one is None else nanoseconds * (1 - one)
                 for one in (pair["ratio"], pair["high"], pair["low"]))


def judged(said, saved):
    """Does what dmabench says, (least, most), explain what a load saved? In words."""
    middle, low, high = saved
    if middle is None:
        return estimates.UNRELIABLE
    if low is None or low <= 0 <= high:
        return "not told apart"
    if said[0] <= high and low <= said[1]:
        return "explains it"
    shares = [part / whole for part in said for whole in (low, high)]
    if max(shares) <= 0:
        return "explains none of it"
    does = "explains" if max(shares) < 1 else "says"
    told = (sum(said) / 2 / middle, max(0, min(shares)), max(shares))
    middle, least, most = (number(100 * one, 2) for one in told)
    return f"{does} {middle} % ({least}\u2013{most} %) of it"


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
    """A row a load: maps an I/O, what dmabench says they save, what CPU the load saved, a word."""
    rows = []
    if env["emulated"] or not env["dma"] or env["dma"]["unit"] != "ns":
        return rows
    for device, load in dict.fromkeys((one["device"], one["load"]) for one in env["timed"]):
        timed, counted = (_cells(env[part], (device, load)) for part in ("timed", "counted"))
        if not timed or not counted or not counted[1]["maps"] or not counted[1]["io_bytes"]:
            continue
        stock = {key: timed[0]["figures"][key]["median"] for key in
                 ("io_bytes", "ios", "cpu_s_per_gb")}
        said = _said(env, _route(counted[1]), counted[1]["map_bytes"] / counted[1]["maps"])
        if not said or not stock["io_bytes"] or not stock["cpu_s_per_gb"]:
            continue
        each = stock["io_bytes"] / stock["ios"] if stock["ios"] else STREAM
        saved = _saved(env, device, load, stock["cpu_s_per_gb"] * each)
        if not saved:
            continue
        maps = counted[1]["maps"] / counted[1]["io_bytes"] * each
        said = [maps * one for one in said]
        inside = f" ({count(saved[1])} to {count(saved[2])})" if saved[1] is not None else ""
        rows.append([env["name"], device, load, _route(counted[1]),
                     size(each) + ("" if stock["ios"] else " moved"), number(maps, 3),
                     f"{count(said[0])} to {count(said[1])}", count(saved[0]) + inside,
                     judged(said, saved)])
    return rows


def sentence(rows):
    """What the rows say, in one sentence."""
    loads = {}
    for row in rows:
        loads.setdefault(row[-1], []).append(f"{row[1]} {row[2]} in {row[0]}")
    told = "; ".join(f"{word}: {', '.join(some)}" for word, some in loads.items())
    return ("Does what a map saves, times the maps, explain what a load saved? "
            f"{told[0].upper() + told[1:]}.")


def closure(document, summary):
    """The table of all environments that tell enough; an emulated machine's times tell nothing."""
    if all(env["emulated"] for env in summary["environments"]):
        if any(env["timed"] for env in summary["environments"]):
            document.add("paragraph", "This machine is emulated, which gives no times: only a host "
                                      "tells whether what a map saves explains a load.")
        return
    rows = [row for env in summary["environments"] for row in rows_of(env)]
    document.add("table", ["Environment", "Device", "Load", "Route", ">An I/O", ">Maps an I/O",
                           ">dmabench says they save, ns", ">CPU the load saved an I/O, ns",
                           "dmabench"], rows)
    if rows:
        document.add("paragraph", sentence(rows))
        document.add("paragraph", "The module by stock. In parentheses the interval over the pairs, "
                                  "or that of the share; without one, fewer pairs than carry it. A "
                                  f"stream has no I/O: there all is told of {size(STREAM)}. What a "
                                  "load saved beyond the maps has another cause.")
