# SPDX-License-Identifier: GPL-2.0-only
"""The closed parts of the page: all that stands behind the first screen."""
from closure import closure
from cost import cost
from crossed import crossed
from document import Anchor, Code, Link
from first_screen import anchor, ratio_cell
from problems import failed_sides
from quantities import (BELOW, NONE, buffer, count, instructions, noise, number, percent, ratio,
                        listed, series, size, spread)
from sampled import sampled
from scattered import scattered
from series import devices_of
from served import served

import cells
import estimates


def _from(env, *parts):
    return Link("\u2071", "#" + anchor(env, *parts))


def _layout(layout):
    """The path of one layout."""
    if layout["path"] is not None:
        return count(layout["path"])
    return "failed" if layout["below"] is None else BELOW


def _single(layouts):
    """Of single maps the least, the most and the 99th percentile, where they scatter over 1 %."""
    known = [one for one in layouts if None not in (one["path"], one["least"], one["most"])]
    if not any(one["most"] - one["least"] > one["path"] / 100 for one in known):
        return NONE
    text = instructions(min(one["least"] for one in known), max(one["most"] for one in known))
    tails = [one["p99"] for one in known]
    return text if None in tails else f"{text} ({count(max(tails))})"


def every_path(document, all_series):
    """Each path by fill of the pool and layout."""
    rows = []
    for one in all_series:
        for found in one.paths:
            for fill in found["fills"]:
                values = sorted(layout["path"] for layout in fill["layouts"]
                                if layout["path"] is not None) or [None]
                mixes = ", ".join(f"{layout['mix']} {_layout(layout)}"
                                  for layout in fill["layouts"] if layout["mix"])
                alone = _layout(fill["layouts"][0])
                served = [layout["served"] for layout in fill["layouts"]
                          if layout["served"] is not None]
                rows.append([one.label, found["kind"], buffer(found["size"]), found["dir"],
                             found["cache"], f"{fill['percent']} %",
                             alone if values[0] is None else instructions(values[0], values[-1]),
                             _single(fill["layouts"]), mixes or NONE,
                             percent(min(served)) if served else NONE,
                             _from(one.env["name"], "dmabench")])
    document.add("table", ["Environment", "Route", ">Size", "Direction", "Cache",
                           ">Pool held", ">Path", ">Single maps (p99)", "Layouts", ">Served", ""], rows)
    left = {f"{one.env['name']}: left out: {cell}": True for one in all_series
            for cell in (one.env["dma"] or {}).get("left_out") or []}
    if any(row[7] != NONE for row in rows):
        left["Single maps: the least and the most of all layouts of a row; what Xen did meanwhile (an "
             "interrupt, another domain) is in the most"] = True
    left.update(_astray(all_series))
    where = {}
    for one in all_series:
        if one.paths:
            where.setdefault(_function(one), []).append(one.label)
    document.add("items", [f"Timed on {function}: {', '.join(labels)}"
                           for function, labels in where.items()] + list(left))


def _astray(all_series):
    """Blocks of dmabench whose memcpy says that the machine had another pace."""
    for one in all_series:
        blocks = (one.env["dma"] or {}).get("blocks") or ()
        astray = [str(block["position"]) for block in blocks if block["astray"]]
        if astray:
            yield (f"{one.env['name']}: {len(astray)} of {len(blocks)} blocks of dmabench were measured "
                   f"at another pace (positions {', '.join(astray)} in its record): their memcpy is "
                   "more than 10 % off the median of all", True)


def _function(one):
    """On which function dmabench timed the DMA API."""
    named = (one.env["dma"].get("device") or {}).get(one.backend) or {}
    bdf = named.get("bdf") or "a function that is not recorded"
    return "no hardware, a device of dmabench's own" if bdf == "dmabench-none" else bdf


def _why(pair):
    """A verdict with what would change it."""
    word = pair.get("verdict") or NONE
    return f"{word}; +-2 % takes {pair['needs']} {pair['needs_of']}" if pair.get("needs") else word


# What a ratio to stock is said of.
CLAIMS = {"this boot": "Of this boot alone, pairs of its rounds:",
          cells.MACHINE: "Of this machine, one estimate a boot:"}
CLAIM_OF_BOOTS = "Of {claim} alone, pairs of their rounds:"


def times(document, env):
    """The times of one environment; on an emulated machine without ratios."""
    rows = []
    for cell in env["timed"]:
        for key, figure in cell["figures"].items():
            if not figure["compared"] or figure["median"] is None:
                continue
            pair = next((p for p in env["pairs"] if p["figure"] == key and all(
                p[k] == cell[k] for k in ("device", "load", "backend", "force"))), None)
            rows.append([[cell["device"], " ", _from(env["name"], cell["device"], cell["load"])],
                         cell["load"], series(cell), f"{figure['label']}, {figure['unit']}",
                         spread(figure, figure["scale"]), str(figure["n"])]
                        + ([] if env["emulated"] else [
                            ratio_cell(pair) if pair and not pair["unreliable"] else NONE,
                            noise(pair["noise"]) if pair else NONE,
                            _why(pair) if pair else NONE]))
    head = ["Device", "Load", "Backend", "Figure", ">Median (interval or range)", ">Rounds"]
    document.add("table", head if env["emulated"] else
                 head + [">Ratio to stock", ">A/A noise", "Verdict"], rows)
    if rows and env["emulated"]:
        document.add("paragraph", "Emulated machine: these are the emulator's times. No ratio of "
                                  "them tells anything of a machine.")
    claims = dict.fromkeys(pair["claim"] for pair in env["pairs"])
    document.add("items", [f"{CLAIMS.get(claim, CLAIM_OF_BOOTS).format(claim=claim)} "
                           f"{listed(dict.fromkeys(pair['label'] for pair in env['pairs'] if pair['claim'] == claim))}."
                           for claim in claims])


def same(document, env):
    """A/A: each cell against itself."""
    document.add("table", ["Device", "Load", "Backend", ">A/A estimate", ">Range", ">Neighbours",
                           "Verdict"],
                 [[one["device"], one["load"], series(one), ratio(one), noise(one["noise"]),
                   str(one["noise"]["n"]), one["verdict"]] for one in env["same"]])


def against_native(document, summary):
    rows = [[one["environment"], one["device"], one["load"], series(one), one["label"], ratio(one),
             str(one["boots"])] for one in summary["against_native"]]
    document.add("table", ["Environment", "Device", "Load", "Backend", "Figure",
                           ">Ratio to native", ">Boots each"], rows)
    if rows:
        document.add("paragraph", f"Boots are the unit between environments: below "
                                  f"{estimates.LEAST_BOOTS} boots each a ratio has no interval.")


def bounces(document, summary):
    rows = []
    for env in summary["environments"]:
        for cell in env["counted"]:
            reasons = ", ".join(f"{name} {count(n)}" for name, n in cell["by_reason"].items() if n)
            apart = cell["bounces_range"] or [0, 0]
            span = f" ({count(apart[0])}\u2013{count(apart[1])} a round)" if apart[0] != apart[1] \
                else ""
            rows.append([[env["name"], " ", _from(env["name"], cell["device"], cell["load"])],
                         cell["device"], cell["load"], series(cell), size(cell["io_bytes"]),
                         size(cell["bounced_bytes"]), percent(cell["share"]),
                         percent(cell["share_of_maps"]), size(cell["copy_in_bytes"]),
                         size(cell["copy_out_bytes"]), count(cell["bounces"]) + span,
                         count(cell["maps"]), count(cell["fails"]), reasons or NONE,
                         count(cell["exchanges"])])
    document.add("table", ["Environment", "Device", "Load", "Backend", ">Moved", ">Bounced",
                           ">of moved", ">of mapped", ">Copied in", ">Copied out", ">Bounces",
                           ">Maps", ">Failed", "Reasons", ">Exchanges"], rows)
    if not rows:
        document.add("paragraph", "No counting round was recorded.")
    if any(cell["copy_in_bytes"] is not None for env in summary["environments"]
           for cell in env["counted"]):
        document.add("paragraph", "Copied: bytes that the module copied into its pool and out of it, "
                                  "for syncs, too. What the device writes is copied both ways: "
                                  "it may write less than was mapped. Stock does not count them.")
    missing = {}
    for env in summary["environments"]:
        for cell in env["counted"]:
            for key in ("bounces", "maps", "fails", "exchanges"):
                why = cell["rounds"][0]["missing"].get(key)
                if cell[key] is None and why:
                    missing.setdefault((key, why), {})[f"{env['name']} {cell['backend']}"] = True
    document.add("items", [f"Not counted: {key} on {', '.join(where)}: {why}."
                           for (key, why), where in missing.items()])


def held(document, summary):
    """Loads while a part of the pool is held."""
    every = [(env, one) for env in summary["environments"] for one in env["held"]]
    timed = any(not env["emulated"] for env, _ in every)
    rows = []
    for env, one in every:
        said = "its data is right" if one["verified"] else "it ended well"
        found = one["figures"]
        rows.append([env["name"], one["device"], one["load"], series(one), f"{one['percent']} %",
                     said if one["ok"] else f"FAILED: {one['why']}", size(found["io_bytes"]),
                     count(one["bounces"]), count(one["fails"])]
                    + ([number(found["bandwidth_bytes_s"] and found["bandwidth_bytes_s"] / 1e6, 3),
                        number(found["lat_p99_ns"] and found["lat_p99_ns"] / 1e3, 3)]
                       if timed and not env["emulated"] else [NONE, NONE] if timed else [])
                    + [Link(str(one["round"]), one["counters"] or one["source"])])
    document.add("table", ["Environment", "Device", "Load", "Backend", ">Pool held", "The load",
                           ">Moved", ">Bounces", ">Failed maps"]
                 + ([">MB/s", ">p99, us"] if timed else []) + ["Round"], rows)
    notes = {}
    for env, one in every:
        for key in ("bounces", "fails"):
            why = one["missing"].get(key)
            if why:
                notes.setdefault((key, why), {})[f"{env['name']} {one['backend']}"] = True
    if rows:
        document.add("paragraph", "Mappings of dmabench, scattered as after long use, take this "
                                  "share of the slots that were free, of the same pool: stock's is "
                                  "shared by all devices, the module's by those that it has.")
    document.add("items", [f"{key} on {', '.join(where)}: {why}."
                           for (key, why), where in notes.items()])


def settings(document, summary):
    rows, compared = [], False
    for env in summary["environments"]:
        for device in (env["record"] or {"devices": []})["devices"]:
            taken = device.get("settings") or {}
            compared |= len(taken) > 1
            for key in dict.fromkeys(key for one in taken.values() for key in one):
                values = {name: one.get(key) for name, one in taken.items()}
                if len(set(map(str, values.values()))) > 1:
                    rows.append([env["name"], f"{device['id']} {device.get('bdf', '')}", key,
                                 str(values.get("stock", NONE)), str(values.get("module", NONE))])
    document.add("table", ["Environment", "Device", "Setting", "Stock", "Module"], rows)
    if not rows:
        document.add("paragraph", "Nothing that was recorded." if compared else
                     "No device was measured on two backends.")


def checks(document, summary):
    rows = [[env["name"], one["device"], one["load"], series(one),
             "passed" if one["passed"] else "FAILED" if one["wrong"] else "not finished",
             Link(str(one["round"]), one["source"])]
            for env in summary["environments"] for one in env["checks"]]
    document.add("table", ["Environment", "Device", "Load", "Backend", "Data", "Round"], rows)
    document.add("table", ["Environment", "Device", "Load", "Rounds that failed", ">Fisher's p", ""], [
        [env["name"], one["device"], one["load"], failed_sides(one), number(one["p"], 2),
         estimates.UNRELIABLE if one["unreliable"] else NONE]
        for env in summary["environments"] for one in env["failures"]])
    items = []
    for env in summary["environments"]:
        items += [[f"{env['name']}: round {one['round']} failed and is left out: {one['device']} "
                   f"{one['load']} {series(one)}: {one['why']}"] for one in env["failed"]]
        items += [[f"{env['name']}: left out: {left.get('what')}: {left.get('why')}"]
                  for left in (env["record"] or {"left_out": []})["left_out"]
                  # a boot of its own had it
                  if not (left.get("what") == "dmabench" and env["dma"])]
    document.add("items", items or ["No round failed, and nothing was left out."])


def _tools(versions):
    names = ("kernel", "xen", "module", "fio", "iperf3", "suite")
    return ", ".join(versions[name] if str(versions[name]).startswith(name[:5]) else
                     f"{name} {versions[name]}" for name in names if versions.get(name))


def machines(document, summary):
    rows = []
    for env in summary["environments"]:
        record = env["record"]
        if not record:
            continue
        machine = record["machine"]
        above = machine.get("machine_memory")
        rows.append([[env["name"], " ", Link("run.json", f"{env['name']}/run.json")],
                     record["started"], f"{number(record.get('elapsed_s'))} s",
                     f"{machine.get('hypervisor') or 'no hypervisor'}, "
                     f"{machine.get('domain') or 'no domain'}",
                     f"{machine.get('cpu', NONE)}, {machine.get('cpus', NONE)} CPU, "
                     f"{size(machine.get('memory_bytes'))}",
                     size(above) if isinstance(above, (int, float)) else str(above or NONE),
                     f"{machine.get('iommu', NONE)}", str(machine.get("clocksource", NONE)),
                     size((record.get("stock_pool") or {}).get("bytes")),
                     str(record.get("seed", NONE)), _tools(record["versions"])])
    document.add("table", ["Environment", "Started", ">Took", "Xen", "Machine",
                           ">Memory above 4 GiB", "IOMMU", "Clock", ">Stock's pool", ">Seed",
                           "Versions"], rows)


def exchanges(document, summary):
    rows = []
    for env in summary["environments"]:
        for backend, total in ((env["record"] or {}).get("exchange_totals") or {}).items():
            total = total or {}
            rows.append([env["name"], backend, count(total.get("exchanges")),
                         size(total.get("bytes")), count(total.get("fails"))])
    document.add("table", ["Environment", "Backend", ">Exchanges since load",
                           ">Memory exchanged", ">Failed"], rows)


def origins(document, summary):
    """The appendix: from each number's place to its rounds and their files; devices together."""
    devices = {}
    for env in summary["environments"]:
        places = {}
        for cell in env["timed"]:
            for figure in cell["figures"].values():
                for value in figure["values"]:
                    places.setdefault((cell["device"], cell["load"]), {})[value["source"]] = True
        for cell in env["counted"]:
            for one in cell["rounds"]:
                found = places.setdefault((cell["device"], cell["load"]), {})
                found.update(dict.fromkeys(filter(None, (one["source"], one["counters"])), True))
        if env["dma"]:
            places["dmabench", None] = {env["dma"]["source"]: True}
        for (device, load), files in places.items():
            links = []
            for path in files:
                links += [Link(path.partition("/")[2].replace("raw/", ""), path), " "]
            rows = devices.setdefault(device, [])
            rows.append([([] if rows else [Anchor(anchor(device))])
                         + [Anchor(anchor(*filter(None, (env["name"], device, load)))),
                            "DMA API" if load is None else device], env["name"],
                         load or "dmabench", links[:-1]])
    document.add("table", ["Device", "Environment", "Load", "Files"],
                 sum((rows for _, rows in sorted(devices.items(),
                                                 key=lambda one: one[0] == "dmabench")), []))


def how_to_read(document):
    document.add("items", [
        "Bounced: bytes of the counting rounds, of those moved on a disk, of those mapped on a "
        "network card. They are exact on any machine, and may be compared between environments. "
        "Counts of bounces differ from round to round, for requests are merged.",
        "A path is the instructions, or the time, of one map and its unmap, without the copy. "
        "Where a range stands it goes over the fills of the pool and the layouts of what is held: it "
        "is one of medians. Single maps reach farther: \"Every path\" has their least, their most and "
        "the 99th percentile, where these lie over 1 % apart.",
        "A median has its interval from six rounds on (exact, order statistics), below that its "
        "range. A tail (p99) is of all rounds together, with ten samples beyond it at least.",
        "A ratio is Hodges and Lehmann's estimate over pairs of rounds of a boot, whose order a coin "
        "tossed, with the exact interval of the signed-rank test from six pairs on. From three boots "
        "on it is the mean of one such estimate a boot, with Student's interval: it tells of the "
        "machine, no longer of one boot. That of a tail is of all rounds together, its interval by "
        f"drawing whole pairs again, from {cells.LEAST_FOR_TAILS} pairs on.",
        f"One figure a load, its throughput, has a verdict: {estimates.DIFFERS} (the interval "
        "leaves 1 out after Holm's adjustment over all of these, and the ratio is beyond 2 % and "
        f"beyond A/A), {estimates.SAME} (the interval lies inside), else {estimates.UNKNOWN}. "
        "The rest is described.",
        f"A load of which over {percent(estimates.MOST_FAILED)} of the rounds failed on a backend is "
        f"{estimates.UNRELIABLE}: no ratio, no verdict. Fisher's exact p tells whether the backends "
        "fail alike.",
        "A/A: two neighbouring visits to one backend; between them the device was bound again. Beside "
        "a ratio to stock stands how far both backends stray from themselves: the interval of their "
        "A/A from six on, below that its range. A ratio in grey is within that noise, and no other is "
        "grey. One without a range in brackets has no interval.",
        "Times of an emulated machine are not compared at all.",
        ["The small \u2071 leads to the files that a number was computed from."],
    ])


def reproduce(document, summary):
    """A host's command names its devices by what holds over boots, unlike the commands typed."""
    bench = summary["bench"] or {}
    commands = [bench.get("again")]
    if not bench.get("again"):
        commands = [bench.get("command")] + [(env["record"] or {}).get("command")
                                             for env in summary["environments"]]
    document.add("items", [[Code(command)] for command in dict.fromkeys(commands) if command]
                 + [["This page again from its raw files: ",
                     Code("make report RUN=FOLDER"), ", FOLDER being the one that has this page"]])


def each(document, pictures):
    """Pictures one below the other."""
    for one in pictures:
        document.add("pictures", [one])


def write(document, summary, all_series, latencies, ratios):
    """Adds all closed parts. latencies, ratios: pictures."""
    document.details("Where the cost goes", lambda part: (cost(part, summary, all_series),
                                                          sampled(part, summary)))
    document.details("Native or Xen PV, forced or not, stock or module",
                     lambda part: crossed(part, summary, all_series, devices_of(summary)))
    document.details("Memory that is scattered over the machine, and cured",
                     lambda part: scattered(part, summary, all_series))
    document.details("Passed through to a domU, or served by dom0",
                     lambda part: served(part, summary))
    document.details("Every path, by fill of the pool and layout",
                     lambda part: every_path(part, all_series))
    for env in summary["environments"]:
        document.details(f"Times in {env['name']}" + (" (emulated)" if env["emulated"] else ""),
                         lambda part, env=env: (times(part, env), same(part, env)))
    document.details("Ratios, pair by pair", lambda part: each(part, ratios))
    document.details("Latency curves", lambda part: each(part, latencies))
    document.details("Against native", lambda part: against_native(part, summary))
    document.details("Does the path explain the load?", lambda part: closure(part, summary))
    document.details("Bounces by load and reason", lambda part: (bounces(part, summary),
                                                                 exchanges(part, summary)))
    document.details("Loads while the pool is held", lambda part: held(part, summary))
    document.details("Settings that differ between stock and module",
                     lambda part: settings(part, summary))
    document.details("Data checks, failures, and what was left out",
                     lambda part: checks(part, summary))
    document.details("Machines and versions", lambda part: machines(part, summary))
    document.details("Where each number comes from", lambda part: origins(part, summary))
    document.details("How to read this", how_to_read)
    document.details("How to reproduce it", lambda part: reproduce(part, summary))
