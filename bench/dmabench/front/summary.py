# SPDX-License-Identifier: GPL-2.0-only
"""What a run found, cell by cell: of each round the median, of the rounds their median.

Each layout of held mappings is a cell of its own: an average of unlike layouts would describe
none of them.
"""

from estimates import line

from .figures import interval, known, median, paired, spread

BENEATH = {"p99": 1000, "p999": 10000}  # tries of which ten lie beyond the percentile
FIGURES = ("min", "median", "p99", "p999", "max", "mean")


def _figures(samples, unit):
    found = {"n": samples["n"]}
    for name in FIGURES:
        enough = samples["n"] >= BENEATH.get(name, 1)
        found[name] = unit.of(samples.get(name)) if enough else None
    bounds = [(unit.of(upper), count) for upper, count in samples["hist"]]
    lost = sum(count for upper, count in bounds if upper is None)
    found["hist"] = ([[None, lost]] if lost else []) + [
        [upper, count] for upper, count in bounds if upper is not None]
    return found


def converted(row, unit):
    """A row in the unit of the run. A percentile without ten samples beyond it is left out."""
    cell = dict(row["cell"])
    cell["ops"] = [dict({"op": op["op"]}, **_figures(op, unit)) for op in cell["ops"]]
    cell["fails"] = _figures(cell["fails"], unit)
    return dict(row, cell=cell)


def route(rows):
    """How the maps of some rows went: one word, "mixed", or None where nothing was mapped."""
    went = [word for word in ("direct", "bounced", "translated")
            if sum(row["cell"][word] for row in rows)]
    if not went:
        return None
    return went[0] if len(went) == 1 else "mixed"


def _layout(row):
    hold = row["hold"]
    return {"seed": hold["seed"], "mix": hold["mix"]} if hold else None


def _what(row, op):
    cell = row["cell"]
    return {"test": cell["test"], "op": cell["ops"][op]["op"], "size": cell["size"],
            "dir": cell["dir"], "mask": cell["mask"], "threads": cell["threads"],
            "depth": cell["depth"], "buffers": cell.get("buffers", 1),
            "walk": cell.get("walk", 0),
            "percent": row["hold"]["percent"] if row["hold"] else 0, "layout": _layout(row)}


def _key(row):
    what = _what(row, 0)
    layout = what.pop("layout") or {}
    return tuple(what.values()) + tuple(layout.values())


def _copies_in(references):
    """Is a buffer that the device writes copied in when it is mapped? By the cells that looked, of
    one backend; so does every kernel from 5.18 on, for the device may write less than was mapped.
    """
    looked = [row["cell"] for row in references if row["cell"]["test"] == "check" and
              row["cell"]["dir"] == "from" and row["cell"]["bounced"] and "copied_in" in row["cell"]]
    return all(cell["copied_in"] for cell in looked)


def _copies(what, rows, references):
    """How often the size is copied, or cleared, in one operation; None where that is not known."""
    if what["test"] == "coherent" and what["op"] == "alloc+free":
        return 1
    if what["test"] != "pair" or route(rows) != "bounced":
        return None
    if what["dir"] == "from":
        return 1 + _copies_in(references)
    return 1 if what["dir"] == "to" else 2


def _once(rows, what, index):
    """What one copy (or clearing) costs by the reference of the same backend and round."""
    test = "memset" if what["test"] == "coherent" else "memcpy"
    found = {row["round"]: row["cell"]["ops"][0]["median"] for row in rows
             if row["cell"]["test"] == test and row["cell"]["size"] == what["size"]
             and row["cell"].get("walk", 0) == what["walk"]}
    return found.get(index, median(found.values()))


def _mean(samples):
    samples = [sample for sample in samples if sample["n"]]
    if not samples or any(sample["mean"] is None for sample in samples):
        return None
    return sum(sample["n"] * sample["mean"] for sample in samples) / sum(
        sample["n"] for sample in samples)


def _side(what, rows, op, references):
    """One backend's figures of a cell; references: all rows of this backend."""
    ops = [row["cell"]["ops"][op] for row in rows]
    medians = known(sample["median"] for sample in ops)
    copies = _copies(what, rows, references)
    net = []
    for row, sample in zip(rows, ops):
        once = _once(references, what, row["round"]) if copies else None
        net.append(None if once is None or sample["median"] is None
                   else sample["median"] - copies * once)
    elapsed = sum(row["cell"]["elapsed_ns"] for row in rows)
    tried = [row["cell"] for row in rows if row["cell"]["tries"]]
    held = [row["hold"] for row in rows if row["hold"]]
    return {
        "rounds": len(rows), "astray": sum(row["astray"] for row in rows), "median": median(medians), "least": min(medians, default=None),
        "greatest": max(medians, default=None), "interval": interval(medians),
        "mean": _mean(ops), "p99": median(sample["p99"] for sample in ops),
        "worst": max(known(sample["max"] for sample in ops), default=None),
        "route": route(rows), "copies": copies, "net": median(net), "net_least": min(
            known(net), default=None), "net_greatest": max(known(net), default=None),
        "net_interval": interval(net),
        "elapsed_ns": elapsed, "tries": sum(row["cell"]["tries"] for row in rows),
        "ops_per_s": sum(sample["n"] for sample in ops) / elapsed * 1e9
                     if elapsed and not what["walk"] else None,
        "share": sum(cell["served"] / cell["tries"] for cell in tried) / len(tried)
                 if tried else None,
        "held_share": sum(hold["held_slots"] / hold["slots"] for hold in held) / len(held)
                      if held else None,
        "fails": sum(row["cell"]["fails"]["n"] for row in rows),
        "fail_median": median(row["cell"]["fails"]["median"] for row in rows),
        "layouts": [{"seed": row["hold"]["seed"], "mix": row["hold"]["mix"],
                     "round": row["round"], "median": sample["median"], "p99": sample["p99"],
                     "share": row["cell"]["served"] / row["cell"]["tries"]
                              if row["cell"]["tries"] else None,
                     "fail_median": row["cell"]["fails"]["median"]}
                    for row, sample in zip(rows, ops) if row["hold"]]}


def _ratios(by_backend, op):
    """Module to stock, round by round."""
    stock, module = ({row["round"]: row["cell"]["ops"][op]["median"] for row in rows}
                     for rows in by_backend)
    return paired([module[index] / stock[index] for index in sorted(stock)
                   if stock[index] and module.get(index)])


def _row(rows, op, of_backend, compared):
    what = _what(rows[0], op)
    sides = {}
    for backend in ("stock", "module"):
        mine = [row for row in rows if row["backend"] == backend]
        if mine:
            sides[backend] = mine
            what[backend] = _side(what, mine, op, of_backend[backend])
    both = compared and len(sides) == 2
    what["ratio"], what["ratios"] = \
        _ratios((sides["stock"], sides["module"]), op) if both else (None, None)
    return what


def summary(rows, compared):
    """The cells in the order of their first measurement. Without compared no ratio is told."""
    cells, of_backend = {}, {}
    for row in rows:
        of_backend.setdefault(row["backend"], []).append(row)
        if row["cell"]["test"] != "check":
            cells.setdefault(_key(row), []).append(row)
    return [_row(mine, op, of_backend, compared) for mine in cells.values()
            for op in range(len(mine[0]["cell"]["ops"]))]


def noise(rows):
    """The ratios of what is the same on both backends, memcpy and memset, round by round: what a
    difference of mappings has to exceed. None with one backend.
    """
    found = {}
    for row in rows:
        cell = row["cell"]
        if cell["test"] in ("memcpy", "memset") and not cell.get("walk", 0):
            found.setdefault((cell["test"], cell["size"], row["round"]), {})[row["backend"]] = \
                cell["ops"][0]["median"]
    ratios = [one["module"] / one["stock"] for one in found.values()
              if len(one) == 2 and one["stock"] and one["module"] is not None]
    return spread(ratios) if ratios else None


def paths(rows):
    """The cost of a bounced map and unmap as a line by bytes copied: the path without a copy, and
    a KiB copied, round by round.
    """
    found = {}
    copied_in = {backend: _copies_in([row for row in rows if row["backend"] == backend])
                 for backend in {row["backend"] for row in rows}}
    for row in rows:
        cell = row["cell"]
        if cell["test"] == "pair" and cell["threads"] == 1 and not cell.get("walk", 0) \
                and route([row]) == "bounced" and cell["bounced"] == cell["served"]:
            hold = row["hold"] or {"percent": 0, "seed": None, "mix": None}
            key = (row["backend"], cell["dir"], hold["percent"], hold["seed"], hold["mix"])
            often = {"to": 1, "from": 1 + copied_in[row["backend"]], "both": 2}[cell["dir"]]
            copied = cell["size"] * often / 1024
            found.setdefault(key, {}).setdefault(row["round"], []).append(
                (copied, cell["ops"][0]["median"]))
    told = []
    for (backend, way, percent, seed, mix), rounds in found.items():
        lines = known(line(points, 3) for points in rounds.values())
        if lines:
            told.append({"backend": backend, "dir": way, "percent": percent,
                         "layout": None if seed is None else {"seed": seed, "mix": mix},
                         "path": spread([a for a, _ in lines]),
                         "per_kib": spread([b for _, b in lines])})
    return told
