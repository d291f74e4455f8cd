# SPDX-License-Identifier: GPL-2.0-only
"""What failed and what is missing, with the cure; what the data checks and A/A say."""

import re

from document import Code, Soft
from quantities import count, listed, number

import estimates

# A cure that names one environment.
COMMAND = re.compile(r"(\S.* (?:ENV=|--env ))([\w-]+)( .*)$")


def _failed_words(summary):
    failed = [(env["name"], one) for env in summary["environments"] for one in env["failed"]]
    rounds = sum(env["rounds"] for env in summary["environments"])
    if not failed:
        return []
    words = [f"{name} {one['device']} {one['load']} ({one['why']})" for name, one in failed[:2]]
    more = f" and {len(failed) - 2} more" if len(failed) > 2 else ""
    return [f"{len(failed)} of {rounds} rounds failed and are left out: {', '.join(words)}{more}"]


def _cures(summary):
    """What is missing, told once a reason; one command cures all that commands of its kind do."""
    found = {}
    for one in summary["problems"]:
        parts = COMMAND.match(one["cure"] or "")
        key = (one["what"], parts.groups()[::2] if parts else one["cure"], bool(parts))
        where, names = found.setdefault(key, ({}, {}))
        where[one["where"]] = True
        if parts:
            names[parts.group(2)] = True
    out = []
    for (what, cure, named), (where, names) in found.items():
        short = [one for one in where if one.replace(" by instructions", "") == one
                 or one.replace(" by instructions", "") not in where]
        text = [f"{listed(short)}: {what}"]
        cure = ",".join(names).join(cure) if named else cure
        out.append(text + [": ", Code(cure)] if cure else text)
    return out


def checks_words(summary):
    """What the data checks said; one that met an error before it had read all said nothing."""
    checks = [one for env in summary["environments"] for one in env["checks"]]
    wrong = sum(one["wrong"] for one in checks)
    open_ = sum(not one["passed"] and not one["wrong"] for one in checks)
    found = [f"{n} of {len(checks)} data checks {what}"
             for n, what in ((wrong, "FAILED"), (open_, "did not finish")) if n]
    if found:
        return ", ".join(found)
    return f"{len(checks)} data checks passed" if checks else "no round checked its data"


# Two boots in which stock's code is the same.
ALIKE = ("xen-dom0", "xen-domu")


def _stock_paths(env):
    """{what was mapped and in which layout: path} of stock by instructions."""
    dma = env["dma"] or {}
    return {(path["kind"], path["size"], path["dir"], path["cache"], fill["percent"], layout["mix"],
             layout["seed"]): layout["path"]
            for path in (dma["paths"] if dma.get("unit") == "instructions" else ())
            for fill in path["fills"] for layout in fill["layouts"]
            if path["backend"] == "stock" and layout["path"] is not None}


def _stock_twice(summary):
    """Does stock take the same in two boots? In words; '' without two."""
    boots = [_stock_paths(env) for env in summary["environments"] if env["name"] in ALIKE]
    if len(boots) < 2:
        return ""
    both = [(boots[0][key], boots[1][key]) for key in boots[0] if key in boots[1]]
    apart = [abs(a - b) / max(abs(a), abs(b)) for a, b in both if a != b]
    if not both:
        return ""
    rest = f" (the rest within {number(100 * max(apart), 2)} %)" if apart else ""
    return (f", {len(both) - len(apart)} of {len(both)} of stock's paths of a map with its unmap in "
            f"dom0 and domU{rest}")


def exact_words(summary):
    """A/A by instructions: what no backend is in must take the same everywhere, and stock the same
    in two boots; '' without it.
    """
    found = {}
    for env in summary["environments"]:
        dma = env["dma"] or {}
        for one in dma["references"] if dma.get("unit") == "instructions" else ():
            found.setdefault((one["test"], one["size"], one["cache"]), []).append(one["median"])
    found = [values for values in found.values() if len(values) > 1]
    equal = sum(len(set(values)) == 1 for values in found)
    return f"A/A by instructions: {equal} of {len(found)} plain copies and clearings are equal " \
           f"in all boots{_stock_twice(summary)}" if found else ""


def noise_words(summary):
    """What A/A shows of times, in one line; '' where there is none."""
    same = [one for env in summary["environments"] for one in env["same"]]
    judged = [one for one in same if one["verdict"] != estimates.FEW]
    wide = max([max(one["noise"]["high"], 1 / one["noise"]["low"]) - 1 for one in same] or [0])
    if not same:
        return ""
    text = f"A/A: a backend strays from itself by up to {number(100 * wide, 2)} %"
    if judged:
        differ = sum(one["verdict"] == estimates.DIFFERS for one in judged)
        text += (f"; {differ} of {len(judged)} cells differ from themselves (by chance up to "
                 f"{estimates.most_by_chance(len(judged))})")
    return text


def failed_sides(one):
    """Rounds of a load that failed, a backend."""
    return listed(f"{side['failed']} of {side['of']} on {backend}"
                   for backend, side in sorted(one["sides"].items(), reverse=True))


def _unreliable_words(env):
    """The loads of a real machine that have no verdict because their rounds failed."""
    for one in env["failures"] if not env["emulated"] else ():
        if one["unreliable"] and one["p"] is not None:
            yield [f"{env['name']}: {one['device']} {one['load']} is unreliable, no verdict: rounds "
                   f"failed, {failed_sides(one)} (Fisher's p {number(one['p'], 2)})"]


def _paths_missing(summary):
    """Environments of a host that lack what a map costs, where another has it; the record says why."""
    known = [env for env in summary["environments"] if (env["dma"] or {}).get("paths")]
    for env in summary["environments"] if known else ():
        why = [left.get("why") for left in (env["record"] or {}).get("left_out") or []
               if left.get("what") == "dmabench"]
        if env not in known and not env["emulated"] and why:
            yield [f"{env['name']}: what a map costs was not measured: {why[0]}"]


def problems(summary):
    """(what failed or is missing, each with its cure; whether data was damaged)."""
    checks = [one for env in summary["environments"] for one in env["checks"]]
    bad = any(one["wrong"] for one in checks)
    out = [] if all(one["passed"] for one in checks) else [[checks_words(summary)]]
    out += [[text] for text in _failed_words(summary)] + _cures(summary)
    for env in summary["environments"]:
        if not env["steady"]:
            out.append([f"{env['name']}: it differs from itself more than chance allows: no "
                        "verdict on its times"])
        out += _unreliable_words(env)
        out += [[f"{env['name']} dmabench: {error}"] for error in (env["dma"] or {}).get(
            "errors") or []]
        out += [[f"{env['name']}: {error}"] for error in (env["record"] or {}).get("errors") or []
                if not error.startswith("round ")]
    out += _paths_missing(summary)
    if not any((env["dma"] or {}).get("paths") for env in summary["environments"]):
        out.append(["what a map costs was not measured: "
                    + ("dmabench did not run by instructions" if summary["emulated"] else
                       "ask for it, API=none, or name an unused device")])
    emulated = summary["emulated"] and \
        "emulated machine: bytes, counts and instructions hold, times do not"
    words = " \u00b7 ".join(filter(None, (emulated, noise_words(summary), exact_words(summary))))
    return out + ([[Soft(words)]] if words else []), bad


def summary_line(summary):
    """Rounds, failures and checks in one line for a terminal."""
    rounds = sum(env["rounds"] for env in summary["environments"])
    failed = sum(len(env["failed"]) for env in summary["environments"])
    return f"Rounds failed: {failed} of {count(rounds)}. Data: {checks_words(summary)}."
