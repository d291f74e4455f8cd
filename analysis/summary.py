# SPDX-License-Identifier: GPL-2.0-only
"""The statistics of a run as one tree, summary.json: all that the page is written from.

Every figure has its rounds and the raw files they came from ("source", relative to the run).
"""

import math

import cells
import counts
import estimates
import held
import parts
import paths
import raw_files
import run_files
import samples

NAMES = ("device", "load", "backend", "force")


def _named(cell):
    return {name: getattr(cell, name) for name in NAMES}


def _file(env, one, key=None):
    """The file that tells a round's figure, relative to the run."""
    own = key is None or key in raw_files.TOLD
    return f"{env}/{one['raw']}" if own and one.get("raw") else f"{env}/run.json"


def spread_of(values):
    """A Spread as the summary has it."""
    if not values:
        return {"n": 0, "median": None, "min": None, "max": None, "interval": None}
    found = estimates.spread(values)
    inside = found.interval and {"low": found.interval[0], "high": found.interval[1]}
    return {"n": found.n, "median": found.median, "min": found.least, "max": found.greatest,
            "interval": inside}


def _why_missing(cell, key):
    missing = cell.rounds[0].get("missing") or {}
    return missing.get({"vcpu_s_per_gb": "vcpu_s", "cpu_s_per_gb": "cpu_user_s"}.get(key, key))


def _figure(env, cell, key):
    figure = cells.FIGURES[key]
    known = cell.values(key)
    told = spread_of([value for _, value in known])
    if key in cells.TAILS:
        rounds = [one for one in cell.rounds if one.get("bins")]
        value = cells.tail(rounds, key)
        told = dict(spread_of([]), median=value, n=len(rounds) if value else 0, pooled=True)
        known = [(one, one["figures"].get(key)) for one in rounds]
    return dict(told, label=figure.label, unit=figure.unit, scale=figure.scale,
                better=figure.better, compared=key in cells.compared(cell),
                primary=key == cells.primary(cell), missing=_why_missing(cell, key),
                values=[{"round": one["index"], "value": value, "source": _file(env, one, key)}
                        for one, value in known])


def _timed(env, cell):
    return dict(_named(cell), rounds=len(cell.rounds),
                figures={key: _figure(env, cell, key) for key in cells.FIGURES})


def _ratio(found):
    """An Estimate outside of logarithms."""
    low, high = found.interval or (None, None)
    return {"n": found.n, "ratio": math.exp(found.log), "p": found.p,
            "low": low if low is None else math.exp(low),
            "high": high if high is None else math.exp(high)}


def _same(base, cell, key):
    """A/A of both sides of a comparison: log ratios, and the rounds of each."""
    pairs = [pair for one in ([base] if base is cell else [base, cell])
             for pair in cells.neighbours_of(one)]
    logs = cells.logs_of(pairs, key)
    return [log for _, log in logs], [[a["index"], b["index"]] for (a, b), _ in logs]


def _noise(logs, rounds, low, high):
    """A/A between two log ratios; none without neighbours."""
    return {"n": len(logs), "low": math.exp(low) if logs else None,
            "high": math.exp(high) if logs else None, "rounds": rounds}


def _pair(env, base, cell, key):
    """One figure of a cell against its baseline, with the material of its verdict."""
    logs = cells.logs_of(cells.pairs_of(base, cell), key)
    if key in cells.TAILS:
        found, claim = cells.tail_estimate(base, cell, key)
    else:
        found, claim = cells.estimate(logs) if logs else (None, None)
    if not found:
        return None
    same, rounds = _same(base, cell, key)
    band = estimates.band(same)
    figure = cells.FIGURES[key]
    return dict(_named(cell), figure=key, label=figure.label, better=figure.better,
                primary=key == cells.primary(base), claim=claim, estimate=found, band=band,
                within_noise=estimates.within_noise(found.log, band),
                noise=_noise(same, rounds, -band, band),
                logs=cells.one_a_boot(logs) if claim == cells.MACHINE else
                [log for _, log in logs],
                pairs=[{"a": a["index"], "b": b["index"], "ratio": math.exp(log),
                        "source_a": _file(env, a, key), "source_b": _file(env, b, key)}
                       for (a, b), log in logs], **_ratio(found))


def _failures(record):
    """How many timed rounds of a load failed on each backend, and whether that tells them apart;
    a load of which none failed is left out."""
    loads = {}
    for one in record["rounds"]:
        if one["kind"] == "timed" and not one["force"]:
            sides = loads.setdefault((one["device"], one["load"]), {})
            failed, of = sides.get(one["backend"], (0, 0))
            sides[one["backend"]] = failed + (not one["ok"]), of + 1
    return [{"device": device, "load": load,
             "sides": {side: {"failed": failed, "of": of} for side, (failed, of) in sides.items()},
             "p": estimates.fisher(*sides["stock"], *sides["module"])
                  if {"stock", "module"} <= set(sides) else None,
             "unreliable": any(failed > estimates.MOST_FAILED * of
                               for failed, of in sides.values())}
            for (device, load), sides in loads.items() if any(k for k, _ in sides.values())]


def _unreliable(failures):
    """The loads of which too many rounds failed."""
    return {(one["device"], one["load"]) for one in failures if one["unreliable"]}


def _needs(one, primaries):
    """How many pairs, or boots, would tell +-2 %."""
    if one["claim"] == cells.MACHINE:
        return estimates.boots_to_tell(one["logs"])
    return estimates.pairs_to_tell(one["logs"], primaries)


def _judge(pairs, steady, unreliable):
    """Gives verdicts to the primary figures, with Holm over these alone; the rest is described."""
    for one in pairs:
        one["unreliable"] = (one["device"], one["load"]) in unreliable
        if one["unreliable"] and one["primary"]:
            one.update(p_adjusted=None, needs=None, verdict=estimates.UNRELIABLE)
        one["needs_of"] = "boots" if one["claim"] == cells.MACHINE else "pairs"
    primaries = [one for one in pairs if one["primary"] and not one["unreliable"]]
    adjusted = estimates.holm([one["p"] for one in primaries])
    for one, p in zip(primaries, adjusted):
        one["p_adjusted"] = p
        one["verdict"] = estimates.verdict(one["estimate"], one["band"], p) if steady else \
            estimates.UNSTEADY
        one["needs"] = _needs(one, len(primaries)) \
            if one["verdict"] in (estimates.UNKNOWN, estimates.FEW) else None
    for one in pairs:
        for name in ("estimate", "logs"):
            del one[name]


def _pairs_and_same(env, timed, failures):
    """(comparisons with stock, A/A of each cell's primary figure, whether the boot was steady)."""
    pairs, same = [], []
    for cell in timed:
        logs, rounds = _same(cell, cell, cells.primary(cell))
        if logs:
            found = estimates.within_boot(logs)
            same.append(dict(_named(cell), figure=cells.primary(cell), **_ratio(found),
                             noise=_noise(logs, rounds, min(logs), max(logs)),
                             verdict=estimates.verdict(found)))
        base = cells.baseline_of(timed, cell)
        for key in cells.compared(base) if base and base is not cell else ():
            pairs.append(_pair(env, base, cell, key))
    judged = [one for one in same if one["verdict"] != estimates.FEW]
    differ = sum(one["verdict"] == estimates.DIFFERS for one in judged)
    steady = not estimates.too_many(differ, len(judged))
    pairs = [one for one in pairs if one]
    _judge(pairs, steady, _unreliable(failures))
    return pairs, same, steady


def _counted(env, record, cell):
    return dict(_named(cell), by_maps=counts.told_by_maps(record, cell.device),
                rounds=[{"round": one["index"], "source": _file(env, one),
                         "counters": f"{env}/{one['counters']['raw']}"
                                     if (one.get("counters") or {}).get("raw") else None,
                         "counted_by": (one.get("counters") or {}).get("source"),
                         "missing": one.get("missing") or {}} for one in cell.rounds],
                **counts.add_up(cell.rounds))


def _shares(record, counted):
    """The bounced share of each device and backend, over its loads."""
    rounds = {}
    for cell in counted:
        if not cell.force:
            rounds.setdefault((cell.device, cell.backend), []).extend(cell.rounds)
    return [{"device": device, "backend": backend,
             "by_maps": counts.told_by_maps(record, device),
             "share": counts.device_share(record, some, device),
             "reasons": counts.add_up(some)["by_reason"], "fails": counts.add_up(some)["fails"]}
            for (device, backend), some in rounds.items()]


def _rounds_told(env, record):
    """(rounds that failed, rounds that checked their data)."""
    failed, checks = [], []
    for one in record["rounds"]:
        told = {"round": one["index"], "device": one["device"], "load": one["load"],
                "backend": one["backend"], "force": one["force"], "source": _file(env, one)}
        if not one["ok"] and not one.get("finding"):
            why = one.get("why") or "; ".join(map(str, (one.get("missing") or {}).values()))
            failed.append(dict(told, why=why or "no reason is recorded", damaged=one["damaged"]))
        if isinstance(one.get("verified"), bool):
            checks.append(dict(told, passed=one["verified"] and one["ok"],
                               wrong=one["data_wrong"]))
    return failed, checks


def _dma(env):
    bench = env["dma"]
    if not bench:
        return None
    told = {key: value for key, value in bench.items() if key != "rows"}
    sides = sorted({row["backend"] for row in bench["rows"]}, key=("module", "stock").index,
                   reverse=True)
    # an emulator's clock of time prices nothing
    timeless = bench["unit"] == "instructions" or not bench.get("emulated")
    return dict(told, source=env["dma_file"], backends=sides,
                paths=paths.paths_of(bench) if timeless else [],
                parts=parts.parts_of(bench) if timeless else [],
                references=paths.references_of(bench),
                break_even={side: paths.break_even(bench, side) for side in sides})


def _environment(env):
    record, name = env["loads"], env["name"]
    told = {"name": name, "emulated": (record or env["dma"])["emulated"], "record": None,
            "dma": _dma(env), "counts": env["counts"], "timed": [], "counted": [], "shares": [],
            "pairs": [], "same": [], "steady": True, "failed": [], "checks": [], "rounds": 0,
            "held": [], "samples": [], "failures": []}
    if not record:
        return told
    timed, counted = cells.cells_of(record, "timed"), cells.cells_of(record, "counted")
    told["record"] = {key: value for key, value in record.items()
                      if key not in ("rounds", "discarded")}
    told["rounds"] = len(record["rounds"])
    told["failures"] = _failures(record)
    told["timed"] = [_timed(name, cell) for cell in timed]
    if not told["emulated"]:
        told["pairs"], told["same"], told["steady"] = _pairs_and_same(
            name, timed, told["failures"])
    told["counted"] = [_counted(name, record, cell) for cell in counted]
    told["shares"] = _shares(record, counted)
    told["failed"], told["checks"] = _rounds_told(name, record)
    told["held"] = held.rounds_of(name, record)
    told["samples"] = samples.rounds_of(name, record)
    return told


def _against_native(found):
    """Other environments by native, a list; nothing on an emulated machine. Boots are the unit."""
    records = {env["name"]: env["loads"] for env in found if env["loads"]}
    if "native" not in records or any(record["emulated"] for record in records.values()):
        return []
    native, out = cells.cells_of(records["native"], "timed"), []
    failed = {name: _unreliable(_failures(record)) for name, record in records.items()}
    for name, record in records.items():
        for cell in cells.cells_of(record, "timed") if name != "native" else ():
            called = cells.name_in(records["native"], cell.device, record)
            base = cells.baseline_of(native, cell._replace(device=called))
            for key in cells.compared(base) if base else ():
                before, after = cells.boot_means(base, key), cells.boot_means(cell, key)
                if before and after and key not in cells.TAILS:
                    shift = estimates.between(before, after)
                    out.append(dict(_named(cell), environment=name, figure=key,
                                    label=cells.FIGURES[key].label,
                                    better=cells.FIGURES[key].better,
                                    primary=key == cells.primary(base), boots=shift.n,
                                    unreliable=(called, cell.load) in failed["native"] or
                                    (cell.device, cell.load) in failed[name], **_ratio(shift)))
    return out


def _other_media(found):
    """Problems: what is another medium than natively; nothing on an emulated machine."""
    records = {env["name"]: env["loads"] for env in found if env["loads"]}
    native = records.get("native")
    for name, record in records.items() if native and not native["emulated"] else ():
        for target in dict.fromkeys(one.device for one in cells.cells_of(record, "timed")):
            if cells.name_in(native, target, record) is None:
                serials = cells.another_medium(target, record, native)
                yield {"where": name, "cure": None, "what": f"{target} is another disk (serial number "
                       f"{serials[0]}) than natively ({serials[1]}), and not compared with it"}


def summarize(run):
    """The summary of a run as run_files.read_run() gives it. Raises run_files.NoRun."""
    name, bench, found, problems = run
    environments, problems, whole = [], list(problems), []
    for env in found:
        try:
            environments.append(_environment(env))
            whole.append(env)
        except run_files.OTHER_SHAPE as error:
            problems.append(run_files.other_shape(env["name"], error))
    if not environments:
        raise run_files.NoRun("; ".join(f"{one['where']}: {one['what']}" for one in problems))
    return {"schema": 2, "kind": "swiotlb-xen-summary", "run": name, "bench": bench,
            "emulated": any(env["emulated"] for env in environments),
            "problems": problems + list(_other_media(whole)),
            "environments": environments, "against_native": _against_native(whole)}
