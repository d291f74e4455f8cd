# SPDX-License-Identifier: GPL-2.0-only
"""The sequence mode: the requests that are carried out, and which mappings are leaked."""

import re
import sys

from errors import Refused

SIZES = (512, 1522, 2048, 4096, 6000, 16384, 65536, 131072, 262144)
DIRECTIONS = ("to", "from", "both")


class Generator:
    """A generator that any program can repeat: x = (1103515245 x + 12345) mod 2^31."""

    def __init__(self, seed):
        self.x = seed

    def draw(self, limit):
        """A number below a limit, of the bits from 8 up."""
        self.x = (1103515245 * self.x + 12345) % 2 ** 31
        return self.x // 256 % limit


def generate(seed, count):
    """That many map and unmap requests."""
    draw = Generator(seed).draw
    lines, held, maps = [], [], 0
    while len(lines) < count:
        if held and draw(100) < 45:
            at = draw(len(held))
            lines.append(f"unmap {held[at]}")
            held[at] = held[-1]
            held.pop()
            continue
        size = SIZES[draw(9)]
        offset = 0 if draw(4) else 16 * draw(256)
        lines.append(f"map {maps} {size} {DIRECTIONS[draw(3)]} {offset}")
        held.append(maps)
        maps += 1
    return lines


def requests(wanted):
    """The lines of --sequence: made from a seed, of a file, of the standard input."""
    seed = re.match(r"seed:(\d+)(?::(\d+))?$", wanted)
    if seed:
        return generate(int(seed.group(1)), int(seed.group(2) or 1000))
    try:
        if wanted == "-":
            return sys.stdin.read().splitlines()
        with open(wanted, encoding="utf-8") as file:
            return file.read().splitlines()
    except (OSError, UnicodeDecodeError):
        raise Refused(f"cannot read the sequence '{wanted}'")


def leaks(lines, count):
    """Lines that leak the last mappings which the sequence leaves."""
    live = {}
    for line in lines:
        words = line.split()
        if words[:1] == ["map"] and len(words) > 1:
            live.pop(words[1], None)
            live[words[1]] = True
        elif words[:1] == ["unmap"] and len(words) > 1:
            live.pop(words[1], None)
    return [f"leak {name}" for name in list(live)[::-1][:count]]
