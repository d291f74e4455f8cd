# SPDX-License-Identifier: GPL-2.0-only
"""The report's section on the DMA API itself: what dmabench measured, stock against module."""
from document import Link
from quantities import NONE, around, count, number, percent

# What is told of a test: its word in the report, and the operation that stands for it.
TESTS = {"pair": ("map and unmap", "pair"), "burst": ("map, many held", "map"),
         "coherent": ("coherent: allocate and free", "alloc+free")}


def _size(size):
    return f"{size // 1024} KiB" if size % 1024 == 0 else f"{size} B"


def _what(row):
    word = TESTS[row["test"]][0]
    return f"{word}, {'direct' if row['mask'] == 64 else 'bounced'}" if row["test"] == "pair" \
        else word


def rows_told(bench):
    """The rows of a summary that the report shows: both backends, no reference."""
    return [row for row in bench["summary"] if row["test"] in TESTS
            and row["op"] == TESTS[row["test"]][1] and "stock" in row and "module" in row]


def _spread(side):
    """A side's medians by round, as quantities.around() wants a spread."""
    return {"n": side["rounds"] if side["median"] is not None else 0, "median": side["median"],
            "min": side["least"], "max": side["greatest"], "interval": side["interval"]}


def _median(side):
    if side["median"] is None:
        return NONE
    return f"{number(side['median'])} ({around(_spread(side))})"


def _failures(side):
    if not side["fails"]:
        return count(side["fails"])
    return f"{count(side['fails'])} ({number(side['fail_median'])} each)"


def _row(row, link):
    stock, module, ratios = row["stock"], row["module"], row["ratios"]
    known = ratios and ratios["n"]
    return [_what(row), _size(row["size"]), row["dir"] if row["test"] != "coherent" else NONE,
            f"{row['percent']} %",
            _median(stock), number(stock["p99"]), percent(stock["share"]), _failures(stock),
            _median(module), number(module["p99"]), percent(module["share"]), _failures(module),
            number(row["ratio"]), around(ratios) if known else NONE, link]


def tables(document, env):
    """One table an environment in which dmabench ran."""
    bench = env["dmabench"]
    if not bench:
        return
    mark = " (emulated)" if bench["emulated"] else ""
    unit = bench["unit"] + mark
    document.heading(2, f"The DMA API itself in {env['name']}{mark}")
    document.paragraph(
        f"dmabench times map, unmap and coherent allocation inside the kernel, at "
        f"{bench['function']}, stock and module in turns; times in {unit}, of served maps only; a "
        f"map that failed counts apart, with the time it took. Pool full: the share of its slots "
        f"that held mappings ask for, the same requests for both.")
    document.table(
        ["What", ">Size", "Direction", ">Pool full", f">Stock median{mark}", ">p99", ">Served",
         ">Failed", f">Module median{mark}", ">p99", ">Served", ">Failed", ">Module / stock",
         "Around the ratio", "From"],
        [_row(row, Link("dmabench", bench["source"])) for row in rows_told(bench)])
    document.items([f"Left out, no memory on the wanted side of the mask: {cell}"
                    for cell in bench.get("left_out") or []]
                   + [f"dmabench: error: {error}" for error in bench["errors"]])


def sentence(env):
    """The ratios on an empty pool in one sentence, for the overview."""
    words = [f"{_what(row).replace('map and unmap, ', '', 1)} {_size(row['size'])} "
             f"{number(row['ratio'])}" for row in rows_told(env["dmabench"] or {"summary": []})
             if row["test"] == "pair" and row["percent"] == 0 and row["dir"] == "to"
             and row["ratio"] is not None]
    mark = " (emulated)" if env["emulated"] else ""
    return [f"{env['name']}: time of map and unmap, module / stock: {'; '.join(words)}{mark}."] \
        if words else []
