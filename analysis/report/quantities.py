# SPDX-License-Identifier: GPL-2.0-only
"""How quantities are written: numbers with their unit, medians with what lies around them."""
import math

NONE = "-"
BELOW = "below noise"


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


def buffer(size_):
    """The size of a buffer that is mapped: pages and their parts are of powers of two."""
    return f"{size_ // 1024} KiB" if size_ % 1024 == 0 else f"{size_:,} B"


def percent(share):
    """Three digits, and no zeros after the point; less than all is not 100 %."""
    if share is None:
        return NONE
    text = number(min(100 * share, 99.99), 4) if .9995 <= share < 1 else number(100 * share, 3)
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def instructions(low, high):
    """A count of instructions, or the range of it; without its low end where that is in the noise."""
    if low is None:
        return NONE if high is None else f"up to {count(high)}"
    return count(low) if round(low) == round(high) else f"{count(low)}\u2013{count(high)}"


def path(one):
    """The cost of a path, and in how many layouts of the pool some map failed."""
    if not one:
        return NONE
    failed = f", {one['unserved']}/{one['layouts']} fail" if one["unserved"] else ""
    return span(one) + failed


def span(one):
    """The cost of a path alone."""
    known = any(layout["path"] is not None for fill in one["fills"] for layout in fill["layouts"])
    return instructions(one["low"], one["high"]) if known else BELOW


def ratio(one):
    """A ratio with its interval in one cell; two digits where six pairs or more do not carry it. None
    of a load whose rounds failed too often: those that did not are a choice."""
    if one.get("unreliable"):
        return NONE
    if one["low"] is None:
        return f"\u00d7{number(one['ratio'], 2)}"
    return f"\u00d7{one['ratio']:.2f} ({one['low']:.2f}\u2013{one['high']:.2f})"


def noise(one):
    """How far one backend strays from itself."""
    if not one["n"]:
        return NONE
    return f"\u00d7{one['low']:.2f}\u2013{one['high']:.2f}"


def spread(told, scale=1):
    """Median, and its interval, or its range below six values."""
    if told["median"] is None:
        return NONE
    middle = number(told["median"] * scale)
    if told.get("pooled") or told["n"] == 1:
        return middle
    inside = told["interval"] or {"low": told["min"], "high": told["max"]}
    return f"{middle} ({number(inside['low'] * scale)}\u2013{number(inside['high'] * scale)})"


def series(cell):
    return cell["backend"] + (", forced" if cell["force"] else "")


def listed(words):
    """Words with commas, and the last one with an and."""
    words = list(words)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
