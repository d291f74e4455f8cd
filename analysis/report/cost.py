# SPDX-License-Identifier: GPL-2.0-only
"""Where the cost of a map and its unmap goes, each apart: what adds up to it, and what is counted."""
from document import Link
from first_screen import anchor
from quantities import NONE, buffer, count, instructions, number

import paths

SIZES = (1514, 4096, 65536)
WAYS = ("to", "from")
PLUS = " + "


def _part(one, kind, size, way, test):
    """One entry of a series; None without it."""
    dma = one.env["dma"] or {}
    return next((part for part in dma.get("parts", ()) if dma["unit"] == one.unit and
                 (part["backend"], part["kind"], part["size"], part["dir"], part["test"]) ==
                 (one.backend, kind, size, way, test)), None)


def _cell(ranges):
    """A range an operation, one behind the other; none of them where one is not known."""
    return NONE if None in ranges else PLUS.join(instructions(*one) for one in ranges)


def _less(one, other):
    """What one range takes more than another."""
    return None if None in (one, other) else (one[0] - other[1], one[1] - other[0])


class _Row:
    """A mapping of one size, way and route; its columns have a range an operation."""

    def __init__(self, series, native, kind, size, way, test):
        self.part = _part(series, kind, size, way, test)
        self.series, self.kind, self.size, self.way = series, kind, size, way
        is_native = native and series.key == native.key
        direct = native and _part(native, "direct", size, "to", test)
        twin = native and kind == "bounced" and series.backend == native.backend and \
            not is_native and _part(native, kind, size, way, test)
        if self.part:
            self.ops = [(one, direct and direct["ops"][name], twin and twin["ops"][name])
                        for name, one in self.part["ops"].items()]
        self.translates = not is_native

    def api(self):
        return [direct and (direct["low"], direct["high"]) or None for _, direct, _ in self.ops]

    def translation(self):
        """Of a bounce, as the same pool costs natively; a backend that is not there has none."""
        if not self.translates:
            return [None]
        if self.kind == "bounced":
            return [twin and (one["least"] - twin["least"],) * 2 or None
                    for one, _, twin in self.ops]
        return [_less((one["low"], one["high"]), api)
                for (one, _, _), api in zip(self.ops, self.api())]

    def search(self):
        if self.kind != "bounced":
            return [None]
        return [(one["low"] - one["least"], one["high"] - one["least"]) for one, _, _ in self.ops]

    def rest(self):
        """What none of the columns before explains."""
        if self.kind != "bounced":
            return [None]
        moved = self.translation() if self.translates else [None] * len(self.ops)
        return [api and _less(_less((one["least"],) * 2, api), known or (0, 0))
                for (one, _, _), api, known in zip(self.ops, self.api(), moved)]

    def path(self):
        text = _cell([(one["low"], one["high"]) for one, _, _ in self.ops])
        failed = f", {self.part['unserved']}/{self.part['layouts']} fail"
        return text + (failed if self.part["unserved"] else "")

    def copied(self):
        often = [one["copies"] for one, _, _ in self.ops]
        return NONE if None in often else PLUS.join(count(each * self.size) for each in often)

    def cells(self):
        env = self.series.env
        rate = paths.invalidations(env["counts"], self.series.backend, self.size) \
            if self.way == "to" else None
        calls = paths.hypercalls(env["counts"], self.series.backend, "pair", self.size) \
            if self.kind == "bounced" and self.way == "to" else None
        return [[self.series.label, " ", Link("\u2071", "#" + anchor(env["name"], "dmabench"))],
                self.kind, buffer(self.size), self.way, _cell(self.api()),
                _cell(self.translation()), _cell(self.search()), _cell(self.rest()), self.path(),
                self.copied(), number(rate, 2), number(calls, 2)]


def _rows(all_series):
    native = next((one for one in all_series if one.env["name"] == "native"), None)
    for one in all_series:
        for size in SIZES:
            for kind in ("direct", "translated", "bounced"):
                for way in WAYS:
                    apart = _Row(one, native, kind, size, way, "split")
                    row = apart if apart.part else _Row(one, native, kind, size, way, "pair")
                    if row.part:
                        yield row


def cost(document, summary, all_series):
    """The table, and what its columns are."""
    rows = list(_rows(all_series))
    unit = next((one.unit for one in all_series), "")
    document.add("table", ["Environment", "Route", ">Size", "Direction", ">API", ">Translation",
                           ">Search", ">Rest", f">Path, {unit}", ">Bytes copied",
                           ">Invalidations", ">Hypercalls"], [row.cells() for row in rows])
    untold = list(_untold(all_series)) + list(_without_a_path(summary))
    document.add("items", (list(_notes(rows, all_series)) if rows else []) + untold)


def _without_a_path(summary):
    """Emulated environments of which no path is known, and why; what failed is among the problems."""
    entries = {one["name"]: one for one in (summary["bench"] or {}).get("environments", ())}
    failed = {one["where"] for one in summary["problems"]}
    for env in summary["environments"]:
        why = entries.get(env["name"], {}).get("unclocked")
        if env["dma"] or not env["emulated"]:
            continue
        if why:
            yield f"{env['name']}: no path of its own: {why}."
        elif not failed & {env["name"], f"{env['name']} by instructions"}:
            yield f"{env['name']}: no path: no record of dmabench by instructions is there."


def _notes(rows, all_series):
    yield ("A map + its unmap, each timed by itself. Direction: to the device, or from it. API: what "
           "native DMA to the device takes without an IOMMU. Translation: what machine addresses, or "
           "the page tables of an IOMMU, add to it; of a bounce, what one takes more than natively, "
           "where the kernel's pool is the same. Search: what the state of the pool adds, over all "
           "fills and layouts, to the try that took least: how far the search goes, and how many "
           "free neighbours stock's lists are walked over, when a slot is claimed and when it is "
           "freed. Rest: what none of these explains: to claim, fill in and free the slots where the "
           "search is shortest. The columns add up to the path.")
    yield ("Path and copy are never added: a copy has no price in instructions. On a machine the time "
           "is path / (instructions a second) + bytes copied / (rate of a copy).")
    if any(row.kind == "bounced" and row.series.backend == "module" for row in rows):
        yield ("A bounce on the module has no translation of its own here: nothing native runs the "
               "module, so that it can't be told from the rest, and is part of it.")
    if any(row.kind == "bounced" and row.series.backend == "stock" and row.translates and
           None in row.translation() for row in rows):
        yield ("Where a bounce on stock has no translation, native was not measured alike: it is part "
               "of the rest.")
    if any(None in row.api() for row in rows):
        yield ("Without an API there is no direct map of that size natively in this run; what is "
               "told by it is missing, too.")
    if any(row.part["test"] == "pair" for row in rows):
        yield ("Where one number stands for a map and its unmap, they were timed together alone.")
    yield from _hypercalls(all_series)
    if any(one.paths and not one.env["emulated"] and not one.env["counts"] for one in all_series):
        yield ("Invalidations and hypercalls of one map are counted in the lab alone (make bench on a "
               "machine that is no Xen host): they are the kernel's, and the same on a host.")
    yield ("An invalidation of an IOTLB is one store by the instruction clock, and far dearer on a "
           "machine: IOMMU modes are not ranked by instructions. Invalidations and hypercalls are "
           "counted a map and its unmap together, towards the device.")
    yield from _break_even(all_series)


def _untold(all_series):
    """Why an environment has no figures."""
    found = {}
    for one in all_series:
        dma = one.env["dma"] or {}
        for left in dma.get("left_out") or ():
            if (dma.get("machine") or {}).get("clock_dear") and "the clock" in left:
                found[f"{one.env['name']}: not told: {left}."] = True
    return found


def _hypercalls(all_series):
    def words(test):
        found = [(one.label, paths.hypercalls(one.env["counts"], one.backend, test, 4096))
                 for one in all_series]
        return ", ".join(f"{label} {number(rate, 2)}" for label, rate in found if rate is not None)

    plain = words("memcpy")
    return ["Hypercalls are multicalls issued and exchanges of memory, counted beside a thousand "
            "maps that bounce" + (f"; a plain copy in place of a map has {plain}: the kernel's own"
                                  if plain else "") + ". Coherent memory of 4 KiB, got and given "
            f"back, takes {words('coherent')}."] if words("coherent") else []


def _break_even(all_series):
    found = [f"{one.label} {count(one.env['dma']['break_even'][one.backend])} B"
             for one in all_series if one.env["dma"] and
             one.env["dma"]["break_even"].get(one.backend)]
    if found:
        return [f"Break-even, the size whose copy takes as long as the path: {', '.join(found)}."]
    return ["Break-even, the size whose copy takes as long as the path: not told, for that takes a "
            "clock of time on a real machine."]
