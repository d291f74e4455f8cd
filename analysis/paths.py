# SPDX-License-Identifier: GPL-2.0-only
"""What a map and its unmap cost, from dmabench's rows: the path apart from the copy.

The kind of a mapping is the route that was counted, not the one that was asked for. Where it
bounced, the copy is taken off: by the instruction clock what a memcpy of that size takes, by a
clock of time the slope over the sizes. A path has a value a fill of the pool and layout, for stock
walks a list of slots; no two of these are folded into one.
"""

from statistics import median

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


def copies(cell):
    """How often a map and its unmap copy all bytes: in for the device, out for the CPU."""
    return 1 if cell["dir"] == "to" else 2


def _references(rows):
    """{(backend, size): what one copy takes}."""
    found = {}
    for row in rows:
        cell = row["cell"]
        if cell["test"] == "memcpy" and _op(cell, "memcpy")["median"] is not None:
            found.setdefault((row["backend"], cell["size"]), []).append(
                _op(cell, "memcpy")["median"])
    return {key: median(values) for key, values in found.items()}


def _pairs(rows):
    """The rows of single-threaded pairs whose route is one, up to the largest."""
    return [row for row in rows if row["cell"]["test"] == "pair" and
            row["cell"].get("threads", 1) == 1 and row["cell"]["size"] <= LARGEST and
            route(row["cell"]) and _op(row["cell"], "pair")["median"] is not None]


def copy_price(rows, backend):
    """(path, time a byte) of bounced pairs on an empty pool, by least squares over the sizes.

    Weighted by 1 / time squared: an error is a share of what was measured. None with one size.
    """
    points = [(copies(row["cell"]) * row["cell"]["size"], _op(row["cell"], "pair")["median"])
              for row in _pairs(rows) if row["backend"] == backend and not row.get("hold")
              and route(row["cell"]) == BOUNCED]
    if len({x for x, _ in points}) < 2:
        return None
    weights = [1 / y ** 2 for _, y in points]
    total = sum(weights)
    x0 = sum(w * x for w, (x, _) in zip(weights, points)) / total
    y0 = sum(w * y for w, (_, y) in zip(weights, points)) / total
    slope = sum(w * (x - x0) * (y - y0) for w, (x, y) in zip(weights, points)) / \
        sum(w * (x - x0) ** 2 for w, (x, _) in zip(weights, points))
    return (y0 - slope * x0, slope) if slope > 0 else None


def _net(row, unit, references, prices):
    """The path of a row's median; None where the price of the copy is not known."""
    cell = row["cell"]
    value = _op(cell, "pair")["median"]
    if route(cell) != BOUNCED:
        return value
    if unit == "instructions":
        once = references.get((row["backend"], cell["size"]))
    else:
        price = prices[row["backend"]]
        once = price and price[1] * cell["size"]
    return None if once is None else value - copies(cell) * once


def paths_of(bench):
    """A list of {backend, kind, size, dir, copied, fills: [{percent, layouts}], low, high}."""
    rows, unit = bench["rows"], bench["unit"]
    references = _references(rows)
    prices = {backend: copy_price(rows, backend) for backend in {row["backend"] for row in rows}}
    found = {}
    for row in _pairs(rows):
        cell, hold = row["cell"], row.get("hold")
        kind, net = route(cell), _net(row, unit, references, prices)
        if net is None or hold and kind != BOUNCED:
            continue
        key = (row["backend"], kind, cell["size"], cell["dir"])
        fills = found.setdefault(key, {})
        fills.setdefault(hold["percent"] if hold else 0, []).append(
            {"mix": hold and hold.get("mix"), "seed": hold and hold.get("seed"), "path": net,
             "served": cell["served"] / cell["tries"] if cell.get("tries") else None})
    out = []
    for (backend, kind, size, way), fills in found.items():
        every = [layout["path"] for layouts in fills.values() for layout in layouts]
        times = 1 if way == "to" else 2
        out.append({"backend": backend, "kind": kind, "size": size, "dir": way,
                    "copied": times * size if kind == BOUNCED else 0,
                    "fills": [{"percent": percent, "layouts": layouts}
                              for percent, layouts in sorted(fills.items())],
                    "low": min(every), "high": max(every)})
    return out


def find(paths, backend, kind, size, way="to"):
    """One path, or None."""
    return next((one for one in paths if (one["backend"], one["kind"], one["size"], one["dir"]) ==
                 (backend, kind, size, way)), None)


def break_even(bench, backend):
    """The bytes whose copy takes as long as the path, on a clock of time; None elsewhere."""
    if bench["unit"] != "ns" or bench.get("emulated"):
        return None
    price = copy_price(bench["rows"], backend)
    return price[0] / price[1] if price and price[0] > 0 else None


def invalidations(counts, backend, size):
    """Commands that invalidate an IOTLB, a map and its unmap; None where they were not counted."""
    for cell in (counts or {}).get("cells", []):
        if (cell["backend"], cell["test"], cell["size"]) == (backend, "pair", size) and \
                cell.get("invalidations") is not None and cell.get("maps"):
            return cell["invalidations"] / cell["maps"]
    return None
