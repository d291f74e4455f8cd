# SPDX-License-Identifier: GPL-2.0-only
"""The answer of a run by rule, in words: what bounces, what a bounce costs, what a load feels."""

from quantities import listed, number, ratio, span

import estimates
import served
import where

LEAST_ROUNDS = 6


def _fill_words(one):
    return span(one)


def _backend(one):
    return "the module" if one.backend == "module" else one.backend


def _each_layout(one):
    """{(share of the pool held, layout): path} of a bounced 4 KiB."""
    return {(fill["percent"], layout["mix"]): layout["path"]
            for fill in one.path("bounced")["fills"] for layout in fill["layouts"]
            if layout["path"] is not None}


def _times(stock, module):
    """How many times the module's instructions stock takes, in each layout; '' by a clock of time,
    for a ratio of times has an interval or is none."""
    if stock.unit != "instructions":
        return ""
    before, after = _each_layout(stock), _each_layout(module)
    found = [before[key] / after[key] for key in before if after.get(key)]
    if not found:
        return ""
    low, high = number(min(found), 2), number(max(found), 2)
    return low if low == high else f"{low}\u2013{high}"


def path_sentences(series):
    """(what the path of a bounced 4 KiB costs, what that of one that does not bounce); '' where
    nothing tells."""
    xen = [one for one in series if one.path("bounced") and one.env["name"].startswith("xen")]
    first = [one for one in xen if one.env is xen[0].env]
    if not first:
        return "", ""
    unit = first[0].env["dma"]["unit"]
    fills = ", medians by how full the pool is" if len(first[0].path("bounced")["fills"]) > 1 else ""
    times = _times(*first) if [one.backend for one in first] == ["stock", "module"] else ""
    if times:
        costs = [_fill_words(one.path("bounced")) for one in first]
        bounced = (f"In {first[0].place} the path of a bounced map and unmap of 4 KiB takes {times} "
                   f"times as many instructions on stock as on the module ({listed(costs)}{fills}, "
                   "without the copy).")
    else:
        words = [f"{_fill_words(one.path('bounced'))}{f' {unit}' if i == 0 else ''} on "
                 f"{_backend(one)}" for i, one in enumerate(first)]
        bounced = (f"In {first[0].place} the path of a bounced map and unmap of 4 KiB takes "
                   f"{listed(words)}{fills}, without the copy.")
    direct = [f"{_fill_words(one.path('direct'))} on {_backend(one)}" for one in first
              if one.path("direct")]
    native = [one for one in series if one.env["name"] == "native" and one.path("direct")]
    text = f"One that does not bounce takes {listed(direct)}" if direct else ""
    if text and native:
        text += f", natively {_fill_words(native[0].path('direct'))}"
    return bounced, text and text + "."


def failure_sentence(series):
    """Where maps of 64 KiB fail because the pool is held by others; '' where none does."""
    xen = [one for one in series if one.path("bounced", 65536)
           and one.env["name"].startswith("xen")]
    found = [(one, one.path("bounced", 65536)) for one in xen if one.env is xen[0].env]
    if not any(path["unserved"] for _, path in found):
        return ""
    words = [f"in {path['unserved'] or 'none'} of {path['layouts']} layouts on {_backend(one)}"
             for one, path in found]
    return f"As the pool fills, maps of 64 KiB fail {listed(words)}."


def _load_sentence(env):
    """Stock against module in one environment: what its primary figures show."""
    primaries = [one for one in env["pairs"] if one["primary"] and not one["unreliable"]]
    if not primaries:
        return ""
    claim = listed(dict.fromkeys(one["claim"] for one in primaries))
    differ = [one for one in primaries if one["verdict"] == estimates.DIFFERS]
    if differ:
        words = [f"{one['device']} {one['load']} {ratio(one)}" for one in differ]
        return (f"In {env['name']}, {claim}, the module's throughput differs from stock's in "
                f"{len(differ)} of {len(primaries)} loads: {listed(words)}.")
    if all(one["verdict"] == estimates.UNSTEADY for one in primaries):
        return f"Stock and module in {env['name']}: no verdict, for this boot differs from itself."
    same = sum(one["verdict"] == estimates.SAME for one in primaries)
    few = sum(one["verdict"] == estimates.FEW for one in primaries)
    if few == len(primaries):
        return (f"Stock and module in {env['name']}: not judged, fewer than {LEAST_ROUNDS} pairs "
                "a load.")
    return (f"In {env['name']}, {claim}, no difference of throughput between stock and module is shown "
            f"({same} of {len(primaries)} loads are the same within 2 %).")


def load_sentences(summary):
    """What the load feels; on an emulated machine nothing is told of it."""
    if summary["emulated"]:
        return ["What a load feels is not told: this machine is emulated."]
    out = [text for text in map(_load_sentence, summary["environments"]) if text]
    worst = {}
    for one in summary["against_native"]:
        if one["primary"] and one["backend"] == "stock" and not one["force"] and \
                not one["unreliable"]:
            worst.setdefault(one["environment"], []).append(one)
    words = []
    for name, some in worst.items():
        least = min(some, key=lambda one: one["ratio"])
        words.append(f"{name} {ratio(least)} ({least['device']} {least['load']})")
    if words:
        boots = min(one["boots"] for some in worst.values() for one in some)
        caveat = "" if boots >= estimates.LEAST_BOOTS else \
            f" ({'one boot' if boots == 1 else 'two boots'} each: no interval)"
        out.append(f"Throughput against native, the worst load: {listed(words)}{caveat}.")
    return out


def verdict(summary, series):
    """The answer: (what a reader takes away, the rest), lists of sentences."""
    told = where.bounces(summary, series) or ["No bounce was counted in this run."]
    bounced, direct = path_sentences(series)
    rest = [direct, failure_sentence(series), served.sentence(summary)] + load_sentences(summary)
    return [text for text in told + [bounced] if text], [text for text in rest if text]
