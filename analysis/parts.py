# SPDX-License-Identifier: GPL-2.0-only
"""A map and its unmap, each by itself, from dmabench's rows: the path apart from the copy.

`split` times the two one by one; a record without it has `pair`, in which they are together. The
least that a try took is kept beside the medians: there the search of the pool was shortest, so that
what a median takes more is what the state of the pool costs.
"""

from statistics import median

import paths

TESTS = {"split": ("map", "unmap"), "pair": ("pair",)}


def copies_in(op, way, copies):
    """How often an operation copies all bytes; copies: how often map and unmap together do."""
    if op == "pair" or copies is None:
        return copies
    back = 0 if way == "to" else 1
    return back if op == "unmap" else copies - back


def _usable(cell):
    return cell["test"] in TESTS and cell.get("threads", 1) == 1 and cell.get("buffers", 1) == 1 \
        and not cell.get("walk") and cell["size"] <= paths.LARGEST


class _Copies(paths.Copies):
    """What the copies of one operation of a pair take."""

    def number(self, backend, op, way, kind):
        """How many copies of all bytes."""
        return copies_in(op, way, self.often[(backend, way)]) if kind == paths.BOUNCED else 0

    def net(self, value, backend, op, cell, kind):
        """A figure without them; None where their price is not known, or is more than the figure."""
        often = self.number(backend, op, cell["dir"], kind)
        if value is None or often == 0:
            return value
        once = self.once(backend, cell["size"])
        left = None if once is None or often is None else value - often * once
        return left if left is not None and left >= 0 else None


def _told(ops):
    """One operation over its layouts: the least of any try, the medians' range, by layout."""
    medians = {layout: median(values) for layout, values in ops["medians"].items()}
    return {"least": min(ops["least"]), "low": min(medians.values()),
            "high": max(medians.values()), "copies": ops["copies"]}


def parts_of(bench):
    """[{backend, kind, size, dir, test, ops: {map, unmap} or {pair}: {least, low, high, copies},
    layouts, unserved}]; unserved: in how many layouts some map failed."""
    copies, found = _Copies(bench), {}
    for row in bench["rows"]:
        cell, hold = row["cell"], row.get("hold")
        if not _usable(cell):
            continue
        failed = bool(hold and cell.get("tries") and cell["served"] < cell["tries"])
        kind = paths.route(cell) or (paths.BOUNCED if failed and not cell["served"] else None)
        if not kind or hold and kind != paths.BOUNCED:
            continue
        one = found.setdefault((row["backend"], kind, cell["size"], cell["dir"], cell["test"]),
                               {"ops": {}, "failed": {}})
        layout = (cell.get("mask"),) + ((hold["percent"], hold.get("mix"), hold.get("seed"))
                                        if hold else (0, None, None))
        one["failed"][layout] = one["failed"].get(layout, False) or failed
        for op in cell["ops"]:
            figures = [copies.net(op.get(name), row["backend"], op["op"], cell, kind)
                       for name in ("min", "median")]
            if None not in figures:
                told = one["ops"].setdefault(op["op"], {
                    "least": [], "medians": {},
                    "copies": copies.number(row["backend"], op["op"], cell["dir"], kind)})
                told["least"].append(figures[0])
                told["medians"].setdefault(layout, []).append(figures[1])
    return [{"backend": backend, "kind": kind, "size": size, "dir": way, "test": test,
             "ops": {op: _told(told) for op, told in one["ops"].items()},
             "layouts": len(one["failed"]), "unserved": sum(one["failed"].values())}
            for (backend, kind, size, way, test), one in found.items()
            if set(TESTS[test]) == set(one["ops"])]
