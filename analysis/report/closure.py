# SPDX-License-Identifier: GPL-2.0-only
"""On a real host: does what a map saves (dmabench), times the maps of an I/O, explain the load?"""
from quantities import count, number, percent, size

import estimates

SIDES = ("stock", "module")
# What is told of where a load has no operations of its own: a stream.
STREAM = 1000


def _cells(cells, load):
    """The cells of a load on both backends, not forced; None where one is missing."""
    found = {one["backend"]: one for one in cells
             if (one["device"], one["load"], one["force"]) == load + (False,)}
    return [found[side] for side in SIDES] if set(SIDES) <= set(found) else None


def _bounced(counted):
    """The share of a load's maps that bounced: one of nearly none or nearly all is that; None where it
    was not counted."""
    share = counted["share_of_maps"] if counted["by_maps"] else counted["share"]
    if share is None:
        return None
    return 0 if share <= .01 else 1 if share >= .99 else share


def _route(shares):
    """The routes of both sides, in words."""
    words = ["direct" if not share else "bounced" if share == 1 else f"{percent(share)} bounced"
             for share in shares]
    return words[0] if words[0] == words[1] else f"{words[0]} on stock, {words[1]} on the module"


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


def _paths(env, side, kind):
    """{size: (least, most)} of a side's paths of one kind."""
    return {one["size"]: (one["low"] or 0, one["high"]) for one in env["dma"]["paths"]
            if (one["backend"], one["kind"], one["dir"], one["cache"]) == (side, kind, "to", "hot")}


def _copy(env, size_):
    """What a plain copy of this size takes, by the references; None without one."""
    found = [one["median"] for one in env["dma"]["references"]
             if (one["test"], one["size"], one["cache"]) == ("memcpy", size_, "hot")]
    return sum(found) / len(found) if found else None


def _said(env, shares, bytes_):
    """(least, most) that a map of about this size saves by dmabench, in ns; None without it.

    shares: of stock's and of the module's maps that bounce. What more of stock's bounce is copied
    once where the device reads, twice where it writes.
    """
    kinds = [("bounced", 1, shares[0]), ("direct", 1, 1 - shares[0]),
             ("bounced", -1, shares[1]), ("direct", -1, 1 - shares[1])]
    parts = [(_paths(env, SIDES[sign < 0], kind), sign, part) for kind, sign, part in kinds if part]
    sizes = set.intersection(*(set(sizes) for sizes, _, _ in parts))
    if not sizes:
        return None
    near = min(sizes, key=lambda one: abs(one - bytes_))
    saved = [sum(sign * part * sizes[near][end if sign > 0 else 1 - end]
                 for sizes, sign, part in parts) for end in (0, 1)]
    more = shares[0] - shares[1]
    once = _copy(env, near) if more else 0
    if once is None:
        return None
    copied = sorted((more * once, 2 * more * once))
    return saved[0] + copied[0], saved[1] + copied[1]


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
        shares = [_bounced(one) for one in counted]
        said = None not in shares and \
            _said(env, shares, counted[1]["map_bytes"] / counted[1]["maps"])
        if not said or not stock["io_bytes"] or not stock["cpu_s_per_gb"]:
            continue
        each = stock["io_bytes"] / stock["ios"] if stock["ios"] else STREAM
        saved = _saved(env, device, load, stock["cpu_s_per_gb"] * each)
        if not saved:
            continue
        maps = counted[1]["maps"] / counted[1]["io_bytes"] * each
        said = [maps * one for one in said]
        inside = f" ({count(saved[1])} to {count(saved[2])})" if saved[1] is not None else ""
        rows.append([env["name"], device, load, _route(shares),
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
                                  "load saved beyond the maps has another cause. Where both bounce "
                                  "the copies are the same; what bounces on one alone is copied "
                                  "once or twice, which widens the range.")
