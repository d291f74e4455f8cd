# SPDX-License-Identifier: GPL-2.0-only
"""How Linux makes a pool out of 'swiotlb=SLOTS[,AREAS]'."""
import re

SLOT = 2048  # bytes
SEGMENT = 128  # slots: the longest run, and what an area has at least


def power_of_two(number):
    """The least power of two that is not below it."""
    return 1 << max(number - 1, 0).bit_length()


def release(text):
    """'6.12.117+deb13-amd64' -> (6, 12); an unknown one counts as new."""
    found = re.match(r"(\d+)\.(\d+)", text or "")
    return (int(found.group(1)), int(found.group(2))) if found else (99, 0)


def has_areas(kernel):
    """Areas, and with them sizes of powers of two, came with 6.0."""
    return release(kernel) >= (6, 0)


def default_areas(kernel, cpus):
    """Of a pool whose parameter names none."""
    return power_of_two(max(cpus, 1)) if has_areas(kernel) else 1


def rounded(slots, areas, kernel):
    """The slots that the kernel makes of this parameter."""
    slots = -(-slots // SEGMENT) * SEGMENT
    if not has_areas(kernel):
        return slots
    return power_of_two(max(slots, SEGMENT * areas))


def parameter(slots, areas, kernel, cpus, words=()):
    """The shortest parameter that makes a pool of just so many slots and areas.

    'cpus' are those whose number sets the areas if none are named; None: not known, so they are
    named. 'words' (force) follow the numbers.
    """
    made = f"swiotlb={slots}"
    if has_areas(kernel) and (cpus is None or areas != default_areas(kernel, cpus) or
                              rounded(slots, areas, kernel) != slots):
        made += f",{areas}"
    return ",".join([made] + list(words))


def named(command_line):
    """The parameter that a kernel was booted with, or None; the last one counts."""
    found = [word for word in command_line.split() if word.startswith("swiotlb=")]
    return found[-1] if found else None


def parts(named_parameter):
    """(its numbers, its words): 'swiotlb=1024,2,force' -> ([1024, 2], ['force'])."""
    found = (named_parameter or "swiotlb=")[len("swiotlb="):].split(",")
    return ([int(one, 0) for one in found if re.match(r"(0x[0-9a-fA-F]+|[1-9]\d*|0)$", one)],
            [one for one in found if re.match(r"[a-z_]+$", one)])
