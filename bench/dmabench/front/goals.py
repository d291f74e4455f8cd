# SPDX-License-Identifier: GPL-2.0-only
"""What the module has to reach against stock, each goal with its figure.

The limits are in instructions: a run by a clock of time is not judged. 'reached' is None where a
figure is missing.
"""


def _size(size):
    return f"{size // 1024} KiB" if size % 1024 == 0 else f"{size} B"


def _name(row):
    layout = f", layout {row['layout']['seed']}" if row["layout"] else ""
    return f"{row['test']} {_size(row['size'])} at {row['percent']} %{layout}"


def _at_most(goal, what, figure, limit):
    return {"goal": goal, "what": what, "figure": figure, "limit": limit,
            "reached": None if figure is None else figure <= limit}


def _quotient(a, b):
    return a / b if a is not None and b else None


def _pairs(summary):
    return [row for row in summary if row["test"] == "pair" and row["threads"] == 1
            and not row["walk"]]


def _empty(summary):
    return [row for row in _pairs(summary) if row["dir"] == "to" and row["mask"] == 32
            and row["percent"] == 0 and row["size"] <= 262144]


def _failing(row):
    ratio = _quotient(row["module"]["fail_median"], row["stock"]["fail_median"])
    if row["percent"] == 100:
        return _at_most("failing map, pool full, of stock", _name(row), ratio, 1.5)
    return _at_most("failing map, of stock", _name(row), ratio, 0.02)


def _lead(summary):
    """The least difference over all layouts of all occupancies: none may be served worse."""
    found = []
    for row in summary:
        if row["percent"] == 0:
            continue
        for stock in row["stock"]["layouts"]:
            for module in row["module"]["layouts"]:
                if all(stock[key] == module[key] for key in ("seed", "mix", "round")):
                    found.append((module["share"] - stock["share"],
                                  f"{row['test']} {_size(row['size'])} at {row['percent']} %, "
                                  f"layout {stock['seed']}"))
    if not found:
        return []
    lead, what = min(found, key=lambda pair: pair[0])
    return [{"goal": "share served, least lead over stock", "what": what, "figure": lead,
             "limit": 0, "reached": lead >= 0}]


def goals(summary):
    """The goals of a summary: of its cells that both backends measured."""
    summary = [row for row in summary if "stock" in row and "module" in row]
    found = [_at_most("direct pair, of stock", _size(row["size"]), row["ratio"], 0.9)
             for row in _pairs(summary) if row["mask"] == 64]
    empty = _empty(summary)
    found += [_at_most("bounced pair, net", _size(row["size"]), row["module"]["net"], 550)
              for row in empty]
    for row in summary:
        if row["op"] == "alloc+free" and row["size"] == 16384:
            found.append(_at_most("coherent, of stock", _size(row["size"]), row["ratio"], 0.055))
            found.append(_at_most("coherent net, of stock", _size(row["size"]),
                                  _quotient(row["module"]["net"], row["stock"]["net"]), 0.01))
    found += [_failing(row) for row in summary if row["op"] != "unmap"
              and row["stock"]["fail_median"] and row["module"]["fail_median"]]
    medians = {row["size"]: row["module"]["median"] for row in empty}
    found += [_at_most("97 % full, of its own empty", _name(row),
                       _quotient(row["module"]["median"], medians.get(row["size"])), 1.1)
              for row in _pairs(summary) if row["percent"] == 97 and row["size"] <= 65536]
    found += [_at_most("p99, of its own median", _size(row["size"]),
                       _quotient(row["module"]["p99"], row["module"]["median"]), 1.3)
              for row in empty if row["size"] <= 4096]
    return found + _lead(summary)
