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


def parameter(slots, areas, kernel, cpus):
    """The shortest parameter that makes a pool of just so many slots and areas."""
    usual = default_areas(kernel, cpus)
    if areas == usual and rounded(slots, usual, kernel) == slots:
        return f"swiotlb={slots}"
    return f"swiotlb={slots},{areas}"


def named(command_line):
    """The parameter that a kernel was booted with, or None; the last one counts."""
    found = [word for word in command_line.split() if word.startswith("swiotlb=")]
    return found[-1] if found else None
