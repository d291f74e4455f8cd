# SPDX-License-Identifier: GPL-2.0-only
"""The report's sections about time: each environment by itself, and against native where allowed."""
from document import Link
from quantities import NONE, around, median, number, reading, series
from sections import exchanges, round_links

# Told though not compared, where a load has them.
TOLD = ("retransmits", "lost_packets")


def baseline(env, cell):
    for other in env["timed"]:
        if (other["device"], other["load"]) == (cell["device"], cell["load"]) and \
                other["backend"] == "stock" and not other["force"]:
            return other
    return None


def pair_of(env, cell, key):
    same = ("device", "load", "backend", "force")
    for pair in env["pairs"]:
        if pair["figure"] == key and all(pair[k] == cell[k] for k in same):
            return pair
    return None


def _control_failed(env, key):
    return any(c["figure"] == key and c["verdict"] in ("less", "more") for c in env["controls"])


def _within_control(env, pair):
    """Does the A/A control of the same load stray as far as this ratio?"""
    same = ("device", "load", "figure")
    middle = pair["ratio"]["median"]
    return any(c["ratio"]["min"] <= middle <= c["ratio"]["max"] for c in env["controls"]
               if c["ratio"]["n"] > 1 and all(c[k] == pair[k] for k in same))


def judge(env, pair):
    """What a pair's ratio says, with the A/A control's word on it."""
    word = reading(pair["verdict"], pair["better"], pair["ratio"])
    if word in ("better", "worse") and _control_failed(env, pair["figure"]):
        return word + ", but the A/A control differs too"
    if pair["verdict"] == "too few rounds" and _within_control(env, pair):
        return word + "; no farther than stock from itself"
    return word


def _measured(cell, key):
    figure = cell["figures"][key]
    if figure["n"]:
        return median(figure, figure["scale"])
    return f"{NONE} ({figure['missing']})" if figure["missing"] else NONE


def _row(env, base, cell, key):
    figure = cell["figures"][key]
    pair = pair_of(env, cell, key) if base is not cell else None
    stock = _measured(base, key) if base else NONE
    own = _measured(cell, key) if base is not cell else NONE
    links = round_links(figure["values"])
    if base and base is not cell:
        links = ["stock: ", *round_links(base["figures"][key]["values"]),
                 f"; {series(cell)}: ", *links]
    name = ", ".join(filter(None, (figure["label"], figure["unit"])))
    ratio = [number(pair["ratio"]["median"]), around(pair["ratio"]), judge(env, pair)] if pair \
        else [NONE, "", ""]
    return [cell["load"], name, stock, series(cell) if base is not cell else NONE, own, *ratio,
            links]


def _rows(env, device):
    rows = []
    for cell in env["timed"]:
        if cell["device"] != device:
            continue
        base = baseline(env, cell)
        alone = base is cell and not any(
            other is not cell and baseline(env, other) is cell for other in env["timed"])
        if base is cell and not alone:
            continue  # told beside the others
        for key, figure in cell["figures"].items():
            shown = (base or cell)["figures"][key]
            if shown["compared"] and (figure["n"] or shown["n"] or figure["missing"]) or \
                    key in TOLD and (figure["n"] or shown["n"]):
                rows.append(_row(env, base, cell, key))
    return rows


def environment(document, env, pictures):
    mark = " (emulated)" if env["emulated"] else ""
    document.heading(2, f"Times in {env['name']}{mark}")
    if env["emulated"]:
        document.paragraph("Emulated machine: compare backends within this environment only.")
    devices = dict.fromkeys(cell["device"] for cell in env["timed"])
    if not devices:
        document.paragraph("No timed round was recorded.")
    for device in devices:
        document.heading(3, f"{device}{mark}")
        document.table(["Load", "Figure", ">Stock", "Series", ">Its median", ">Ratio to stock",
                        "Around the ratio", "Reading", "From"], _rows(env, device))
        for name in (f"throughput-{env['name']}-{device}", f"latency-{env['name']}-{device}"):
            pictures.put(document, name)
    pictures.put(document, f"ratio-{env['name']}")
    _controls(document, env)
    exchanges(document, env)


def _controls(document, env):
    document.heading(3, f"A/A control in {env['name']}")
    if not env["controls"]:
        document.paragraph("No control round was recorded: what noise looks like here is unknown.")
        return
    document.paragraph("One backend against itself, in two neighbouring visits: it must show no "
                       "difference, and how far its pairs stray is the noise of this boot.")
    rows = []
    for control in env["controls"]:
        verdict = {"no difference shown": "passed: no difference",
                   "too few rounds": "too few rounds to judge"}.get(
                       control["verdict"], "FAILED: differs")
        links = [part for p in control["pairs"] for part in
                 (Link(str(p["a"]), p["source_a"]), ":", Link(str(p["b"]), p["source_b"]), " ")]
        on = "" if control["baseline"] == "stock" else f" on the {control['baseline']}"
        rows.append([control["device"], control["load"] + on, control["label"],
                     number(control["ratio"]["median"]), around(control["ratio"]), verdict,
                     links[:-1]])
    document.table(["Device", "Load", "Figure", ">Ratio B / A", "Around it", "Verdict",
                    "From (A:B)"], rows)


def shared_pictures(document, names, pictures):
    """Real environments share pictures; they stand after the environments."""
    left = [name for name in names if name not in pictures.put_already]
    if left:
        document.heading(2, "All environments")
    for name in left:
        pictures.put(document, name)


def against_native(document, summary):
    environments = [env["name"] for env in summary["environments"]]
    if "native" not in environments or len(environments) < 2:
        return
    document.heading(2, "Against native")
    if summary["emulated"]:
        document.paragraph("Times are not compared: what a trap into Xen costs here is the "
                           "emulator's price, not Xen's. Counts are, above.")
        return
    rows = []
    for one in summary["against_native"]:
        shift = one["shift"]
        inside = shift["interval"]
        between = (f"interval {number(inside['low'])} - {number(inside['high'])}" if inside
                   else NONE)
        word = one["verdict"] if one["verdict"] in ("too few rounds", "no difference shown") else \
            reading(one["verdict"], one["better"], one["b"])
        rows.append([one["environment"], one["device"], one["load"], series(one),
                     f"{one['label']}, {one['unit']}", median(one["a"], one["scale"]),
                     median(one["b"], one["scale"]), number(shift["ratio"]), between, word,
                     [Link("native", "native/run.json"), " ",
                      Link(one["environment"], f"{one['environment']}/run.json")]])
    document.table(["Environment", "Device", "Load", "Backend", "Figure", ">Native, stock",
                    ">Here", ">Ratio to native", "Around it", "Reading", "From"], rows)
