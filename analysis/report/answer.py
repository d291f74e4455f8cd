# SPDX-License-Identifier: GPL-2.0-only
"""The answer of a run by rule, in words: what bounces, what a bounce costs, what a load feels;
what failed and what is missing, with the cure; what to do about each device that bounces."""
import re

from document import Code, Soft
from quantities import count, number, percent, ratio, span

import estimates
import served
from series import variants_of

LEAST_ROUNDS = 6
# A quick run has seven rows; more than these are counted, not listed.
MOST_LISTED = 6

# A cure that names one environment.
COMMAND = re.compile(r"(\S.* (?:ENV=|--env ))([\w-]+)( .*)$")

# As xswbounce says it: the drivers that ask the kernel how wide to be, and a word a reason.
NARROW = ("mptsas", "mptspi", "mptfc", "qla2xxx", "aacraid", "aic7xxx", "aic79xx", "esas2r")
ADVICE = {
    "narrow": "the device is wide; Xen PV told its driver not to be: the kernel answers its "
              "dma_get_required_mask() with 32 bits. The module xen_swiotlb answers with the "
              "machine's highest frame, and ends the bouncing",
    "mask": "it can't address the memory it is given: a wider device, or buffers below its mask, "
            "end the bouncing; a larger pool does not",
    "straddle": "its buffers are not contiguous in machine memory: defragment (modprobe "
                "xen_swiotlb_defrag; xsw-defrag all, while the load runs)",
    "align": "its buffers are contiguous, but not as its alignment or boundary asks",
    "forced": "bouncing is forced: take swiotlb=force off the kernel's command line",
}


def _listed(words):
    words = list(words)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _class(one):
    """What is said of a share: None, none, all, or a number."""
    if one is None or one["share"] is None:
        return None
    if not one["share"]:
        return "nothing"
    return "every byte" if one["share"] >= 1 else "in part"


def _places(series):
    """Series by their places; whether both backends behaved alike is said after."""
    return _listed(dict.fromkeys(one.place for one in series))


def _where(found, word):
    """The series that belong to a class, as words; a place counts as one if both backends do."""
    mine = [one for one, what in found.items() if what == word]
    split = {one.place for one, what in found.items() if what != word}
    if any(one.place in split for one in mine):
        return _listed(one.label for one in mine)
    return _places(mine)


def _rest(found, words):
    """The class of so many series that a list of them answers nothing; None without one."""
    sizes = [(sum(what == word for what in found.values()), word) for word in words]
    most = max(sizes, key=lambda one: one[0])
    return most[1] if most[0] > MOST_LISTED else None


def _others(found, word, words):
    """The series of a class, as the rows of the pictures that are left."""
    rows = sum(what == word for what in found.values())
    return f"all {rows} rows" if len(words) == 1 else f"the other {rows} rows"


def device_words(target, device):
    """A device with its driver and the width of its DMA mask."""
    bits = device.get("dma_mask_bits")
    width = f"{bits}-bit, " if bits else ""
    return f"{target} ({width}{device.get('driver') or device.get('role', 'device')})"


def _amount(found, word, targets):
    """A class in words; in part with its share."""
    if word != "in part":
        return word
    shares = [one.share(target)["share"] for one, what in found.items() if what == word
              for target in targets]
    low, high = percent(min(shares)), percent(max(shares))
    return (low if low == high else f"{low[:-2]}\u2013{high}") + " of the bytes"


def _alike(found):
    """Words for stock and module doing the same in all environments that tried both."""
    places = {}
    for one, what in found.items():
        places.setdefault(one.place, []).append(what)
    both = [words for words in places.values() if len(words) > 1]
    return "; stock and module alike" if both and all(len(set(words)) == 1 for words in both) \
        else ""


def bounces(summary, series):
    """Sentences that say which devices bounce where; devices that behave alike are told once."""
    groups = {}
    for target, device, names in variants_of(summary):
        found = {one: _class(one.share(target)) for one in series if one.env["name"] in names}
        found = {one: what for one, what in found.items() if what}
        if found:
            alike = tuple((one.key, what) for one, what in found.items())
            groups.setdefault(alike, ([], found))[0].append((target, device))
    out = []
    for who, found in groups.values():
        targets = [target for target, _ in who]
        who = _listed(device_words(target, device) for target, device in who)
        does = "bounces" if len(targets) == 1 else "bounce"
        words = [word for word in ("every byte", "in part", "nothing") if word in found.values()]
        if words == ["nothing"]:
            out.append(f"{who} {does} nowhere.")
            continue
        rest = _rest(found, words)
        if rest:
            words.remove(rest)
            words.append(rest)
        parts = [f"{does if i == 0 else ''} {_amount(found, word, targets)} in "
                 f"{_where(found, word) if word != rest else _others(found, word, words)}".strip()
                 for i, word in enumerate(words)]
        out.append(f"{who} {', '.join(parts)}{_alike(found)}.")
    return out


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
                   f"times as many instructions on stock as on the module ({_listed(costs)}{fills}, "
                   "without the copy).")
    else:
        words = [f"{_fill_words(one.path('bounced'))}{f' {unit}' if i == 0 else ''} on "
                 f"{_backend(one)}" for i, one in enumerate(first)]
        bounced = (f"In {first[0].place} the path of a bounced map and unmap of 4 KiB takes "
                   f"{_listed(words)}{fills}, without the copy.")
    direct = [f"{_fill_words(one.path('direct'))} on {_backend(one)}" for one in first
              if one.path("direct")]
    native = [one for one in series if one.env["name"] == "native" and one.path("direct")]
    text = f"One that does not bounce takes {_listed(direct)}" if direct else ""
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
    return f"As the pool fills, maps of 64 KiB fail {_listed(words)}."


def _load_sentence(env):
    """Stock against module in one environment: what its primary figures show."""
    primaries = [one for one in env["pairs"] if one["primary"] and not one["unreliable"]]
    if not primaries:
        return ""
    differ = [one for one in primaries if one["verdict"] == estimates.DIFFERS]
    if differ:
        words = [f"{one['device']} {one['load']} {ratio(one)}" for one in differ]
        return (f"In {env['name']} the module's throughput differs from stock's in "
                f"{len(differ)} of {len(primaries)} loads: {_listed(words)}.")
    same = sum(one["verdict"] == estimates.SAME for one in primaries)
    few = sum(one["verdict"] == estimates.FEW for one in primaries)
    if few == len(primaries):
        return (f"Stock and module in {env['name']}: not judged, fewer than {LEAST_ROUNDS} pairs "
                "a load.")
    return (f"In {env['name']} no difference of throughput between stock and module is shown "
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
        out.append(f"Throughput against native, the worst load: {_listed(words)}{caveat}.")
    return out


def verdict(summary, series):
    """The answer: (what a reader takes away, the rest), lists of sentences."""
    told = bounces(summary, series) or ["No bounce was counted in this run."]
    bounced, direct = path_sentences(series)
    rest = [direct, failure_sentence(series), served.sentence(summary)] + load_sentences(summary)
    return [text for text in told + [bounced] if text], [text for text in rest if text]


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
        text = [f"{_listed(short)}: {what}"]
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
    return f", {len(both) - len(apart)} of {len(both)} of stock's paths in dom0 and domU{rest}"


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
                 f"{max(1, round(.05 * len(judged)))})")
    return text


def failed_sides(one):
    """Rounds of a load that failed, a backend."""
    return _listed(f"{side['failed']} of {side['of']} on {backend}"
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


def advice(series):
    """What to do about the devices that bounce, by the main reason of each; a line a reason."""
    found = {}
    for one in series:
        devices = {device.get("target", device["id"]): device
                   for device in (one.env["record"] or {"devices": []})["devices"]}
        for share in one.env["shares"]:
            reasons = {name: n for name, n in share["reasons"].items() if n}
            if share["backend"] != one.backend or not reasons or share["share"] == 0:
                continue
            reason = max(reasons, key=reasons.get)
            device = devices.get(share["device"], {})
            if reason == "mask" and one.backend == "stock" and device.get("driver") in NARROW \
                    and device.get("dma_mask_bits") == 32 and one.env["name"].startswith("xen"):
                reason = "narrow"
            if reason in ADVICE:
                found.setdefault(reason, {})[share["device"]] = True
    return [f"To do about {'each of ' if len(devices) > 1 else ''}{_listed(devices)}: "
            f"{ADVICE[reason]}." for reason, devices in found.items()]


def summary_line(summary):
    """Rounds, failures and checks in one line for a terminal."""
    rounds = sum(env["rounds"] for env in summary["environments"])
    failed = sum(len(env["failed"]) for env in summary["environments"])
    return f"Rounds failed: {failed} of {count(rounds)}. Data: {checks_words(summary)}."
