# SPDX-License-Identifier: GPL-2.0-only
"""What a map and its unmap cost, from dmabench's rows: the path apart from the copy.

The kind of a mapping is the route that was counted, not the one that was asked for. Where it
bounced, the copy is taken off: by the instruction clock what a memcpy of that size takes, by a
clock of time the slope over the sizes. A path has a value a fill of the pool and layout, for stock
walks a list of slots; no two of these are folded into one. The rounds of one layout are: their median
is its value, and half of their range the noise, below which what is left without the copy is no value.
"""

import operator
from statistics import median

from estimates import line

DIRECT, BOUNCED, TRANSLATED = "direct", "bounced", "translated"
# Larger mappings than stock serves say nothing of both.
LARGEST = 262144


def _op(cell, name):
    """The figures of one operation of a cell."""
    return next((op for op in cell["ops"] if op["op"] == name), None) or \
        (cell["ops"] or [{"median": None}])[0]


def route(cell):
    """The route that all served maps of a cell took; None where they took several, or none."""
    served = cell.get("served")
    for kind in (BOUNCED, TRANSLATED, DIRECT):
        if served and cell.get(kind) == served:
            return kind
    return None


def _cache(cell):
    """Which memory a pair used: the same each time, or much, so that no cache holds it."""
    if cell.get("walk"):
        return "cold"
    return "cold" if cell.get("buffers", 1) > 1 else "hot"


def references_of(bench):
    """[{backend, test, size, median}] of plain copies and clearings: no backend is in them, so that
    they are A/A wherever they were timed twice."""
    found = {}
    for row in bench["rows"]:
        cell = row["cell"]
        if cell["test"] in ("memcpy", "memset") and _op(cell, cell["test"])["median"] is not None:
            found.setdefault((row["backend"], cell["test"], cell["size"], _cache(cell)), []).append(
                _op(cell, cell["test"])["median"])
    return [{"backend": backend, "test": test, "size": size, "cache": cache,
             "median": median(values)}
            for (backend, test, size, cache), values in found.items()]


def copies_of(bench):
    """{(backend, direction): how often a map and its unmap copy all bytes}; None: not known.

    In for the device, out for the CPU. Kernels from 5.18 on copy in what the device is to write, too,
    for it may write less than was mapped. dmabench looks whether they do (test=check) and says so in
    "copies"; without that it is taken for granted.
    """
    found = {(backend, way): 1 if way == "to" else 2
             for backend in ("stock", "module") for way in ("to", "from", "both")}
    for row in bench.get("summary", []):
        for backend in ("stock", "module"):
            side = row.get(backend)
            if row["test"] == "pair" and side and side.get("route") == BOUNCED and \
                    "copies" in side:
                found[(backend, row["dir"])] = side["copies"]
    return found


def _unserved(row):
    """Did no map of a pair on a pool that others hold succeed?"""
    return row["cell"]["test"] == "pair" and row.get("hold") and row["cell"].get("tries") and \
        not row["cell"]["served"]


def _pairs(rows):
    """The rows of single-threaded pairs whose route is one, up to the largest."""
    return [row for row in rows if row["cell"]["test"] == "pair" and
            row["cell"].get("threads", 1) == 1 and row["cell"]["size"] <= LARGEST and
            route(row["cell"]) and _op(row["cell"], "pair")["median"] is not None]


def copy_price(bench, backend):
    """(path, time a byte) of bounced pairs on an empty pool, by a line over the sizes.

    None with one size.
    """
    times = copies_of(bench)
    points = [(times[(backend, row["cell"]["dir"])] * row["cell"]["size"],
               _op(row["cell"], "pair")["median"])
              for row in _pairs(bench["rows"]) if row["backend"] == backend
              and not row.get("hold") and route(row["cell"]) == BOUNCED
              and _cache(row["cell"]) == "hot" and times[(backend, row["cell"]["dir"])]]
    found = line(points)
    return found if found and found[1] > 0 else None


class Copies:
    """The copies of a bench. exact: by instructions; often: how many of them a bounce makes, as of
    copies_of().
    """

    def __init__(self, bench):
        self.exact = bench["unit"] == "instructions"
        self.often = copies_of(bench)
        self._references = {(one["backend"], one["size"], one["cache"]): one["median"]
                            for one in references_of(bench) if one["test"] == "memcpy"}
        self._prices = {backend: copy_price(bench, backend)
                        for backend in {row["backend"] for row in bench["rows"]}}

    def once(self, backend, size, cache="hot"):
        """What one copy takes; None where that is not known."""
        if self.exact or cache == "cold":
            return self._references.get((backend, size, cache))
        price = self._prices[backend]
        return price and price[1] * size


def _copying(row, copies):
    """What of a row's times is the copy; None where its price is not known."""
    cell = row["cell"]
    if route(cell) != BOUNCED:
        return 0
    once = copies.once(row["backend"], cell["size"], _cache(cell))
    often = copies.often[(row["backend"], cell["dir"])]
    return None if once is None or often is None else often * once


# What tells one row of a fill from another: the rest of a pair's cell.
APART = ("mask", "offset", "min_align", "reach", "depth", "buffers", "walk")


def _single(rows, copying, exact):
    """{least, p99, most} of single maps, without the copy, over some rounds; none by a clock of
    time, whose single readings are noise."""
    found = {}
    for name, key, end in (("least", "min", min), ("p99", "p99", max), ("most", "max", max)):
        values = [_op(row["cell"], "pair").get(key) for row in rows]
        known = exact and None not in values + copying
        found[name] = end(map(operator.sub, values, copying)) if known else None
    return found


def _layout(rows, copying, exact):
    """One layout of a fill, of all its rounds: {mix, seed, rounds, path, below, served, least, p99,
    most}.

    below: the noise, where the path is no more than that, or not above zero.
    """
    hold = rows[0].get("hold") or {}
    known = [_op(row["cell"], "pair")["median"] - copy for row, copy in zip(rows, copying)
             if copy is not None]
    shares = [row["cell"]["served"] / row["cell"]["tries"] for row in rows
              if row["cell"].get("tries")]
    path, below = (median(known), None) if known else (None, None)
    noise = (max(known) - min(known)) / 2 if known else 0
    if known and (path <= 0 or route(rows[0]["cell"]) == BOUNCED and path <= noise):
        path, below = None, noise
    return dict(_single(rows, copying, exact), mix=hold.get("mix"), seed=hold.get("seed"),
                rounds=len(rows), path=path, below=below, served=min(shares, default=None))


def paths_of(bench):
    """A list of {backend, kind, size, dir, cache, copied, fills: [{percent, layouts}], low, high,
    layouts, below, unserved}; below, unserved: in how many layouts the path is below the noise, and
    some map failed. low is None where a layout is below the noise."""
    copies, found = Copies(bench), {}
    for row in bench["rows"]:
        cell, hold = row["cell"], row.get("hold")
        if _pairs([row]):
            kind, copying = route(cell), _copying(row, copies)
        elif _unserved(row) and cell["size"] <= LARGEST:
            kind, copying = BOUNCED, None
        else:
            continue
        if copying is None and not _unserved(row) or hold and kind != BOUNCED:
            continue
        key = (row["backend"], kind, cell["size"], cell["dir"], _cache(cell))
        layout = tuple((hold or {}).get(name) for name in ("percent", "mix", "seed")) + \
            tuple(cell.get(name) for name in APART)
        some, taken = found.setdefault(key, {}).setdefault(layout, ([], []))
        some.append(row)
        taken.append(copying)
    out = [_path(key, layouts, copies.often, copies.exact) for key, layouts in found.items()]
    return [path for path in out if path["high"] is not None]


def _path(key, layouts, times, exact):
    backend, kind, size, way, cache = key
    fills = {}
    for (percent, *_), (rows, copying) in layouts.items():
        fills.setdefault(percent or 0, []).append(_layout(rows, copying, exact))
    every = [layout for some in fills.values() for layout in some]
    costs = [layout["path"] for layout in every if layout["path"] is not None]
    below = [layout["below"] for layout in every if layout["below"] is not None]
    return {"backend": backend, "kind": kind, "size": size, "dir": way, "cache": cache,
            "copied": times[(backend, way)] * size if kind == BOUNCED else 0,
            "fills": [{"percent": percent, "layouts": some}
                      for percent, some in sorted(fills.items())],
            "low": None if below else min(costs, default=None),
            "high": max(costs + below, default=None), "layouts": len(every), "below": len(below),
            "unserved": sum(layout["served"] is not None and layout["served"] < 1
                            for layout in every)}


def break_even(bench, backend):
    """The bytes whose copy takes as long as the path, on a clock of time; None elsewhere."""
    if bench["unit"] != "ns" or bench.get("emulated"):
        return None
    price = copy_price(bench, backend)
    return price[0] / price[1] if price and price[0] > 0 else None


def _each(counts, what, backend, test, size):
    """How often something happened an operation; None where it was not counted."""
    for cell in (counts or {}).get("cells", []):
        if (cell["backend"], cell["test"], cell["size"]) == (backend, test, size) and \
                cell.get(what) is not None and cell.get("maps"):
            return cell[what] / cell["maps"]
    return None


def invalidations(counts, backend, size):
    """Commands that invalidate an IOTLB, a map and its unmap; None where they were not counted."""
    return _each(counts, "invalidations", backend, "pair", size)


def hypercalls(counts, backend, test, size):
    """Hypercalls of a map and its unmap ("pair"), or of coherent memory got and given back."""
    return _each(counts, "hypercalls", backend, test, size)
