# SPDX-License-Identifier: GPL-2.0-only
"""How quantities are written: numbers with their unit, medians with their range or interval."""
import math

NONE = "-"


def number(value, digits=4):
    """A number to so many significant digits, thousands apart by commas."""
    if value is None:
        return NONE
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals > 4 else text


def count(value):
    return NONE if value is None else f"{value:,.0f}"


def size(value):
    """Bytes in the unit that suits, decimal as the tools have them."""
    if value is None:
        return NONE
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= unit:
            return f"{number(value / unit)} {name}"
    return f"{count(value)} B"


def percent(share):
    return NONE if share is None else f"{number(100 * share)} %"


def around(spread, scale=1):
    """What lies around a median: its interval from min_rounds values on, else the range."""
    if not spread["n"]:
        return ""
    inside = spread["interval"]
    if inside:
        return (f"interval {number(inside['low'] * scale)} - {number(inside['high'] * scale)} "
                f"at {percent(inside['coverage'])}")
    if spread["n"] == 1:
        return "one round"
    return f"range {number(spread['min'] * scale)} - {number(spread['max'] * scale)}"


def median(spread, scale=1):
    """Median, what lies around it and the number of values."""
    if not spread["n"]:
        return NONE
    if spread["n"] == 1:
        return f"{number(spread['median'] * scale)} (one round)"
    return f"{number(spread['median'] * scale)} ({around(spread, scale)}; n {spread['n']})"


def reading(verdict, better, spread):
    """What a comparison says, in words; below min_rounds only where the range lies."""
    if verdict == "too few rounds":
        if spread["n"] < 2:
            return "one pair: not judged"
        if spread["min"] > 1:
            return "not judged: all pairs above 1"
        if spread["max"] < 1:
            return "not judged: all pairs below 1"
        return "not judged: 1 lies within the range"
    if verdict == "no difference shown":
        return verdict
    return "better" if (verdict == "more") == (better > 0) else "worse"


def series(cell):
    return cell["backend"] + (", forced" if cell["force"] else "")
