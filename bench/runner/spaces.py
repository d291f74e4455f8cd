# SPDX-License-Identifier: GPL-2.0-only
"""Network namespaces: an unused card lives alone in one, so that packets must cross the link.

Each gets an address of the range reserved for benchmarks (198.18.0.0/15). Afterwards all go back
as they were: down. The namespaces' names are shared by the machine: the run's lock guards them.
"""

import os
import re
import time

import process
from errors import Failed

FIRST, SECOND = "xsw-0", "xsw-1"


def _address(number):
    return f"198.18.0.{number + 1}"


def enclose(name, number):
    """Puts a card into namespace xsw-NUMBER with its address. False if that does not work."""
    space = f"xsw-{number}"
    for command in (["ip", "netns", "add", space], ["ip", "link", "set", name, "netns", space],
                    ["ip", "-n", space, "link", "set", "lo", "up"],
                    # without a generated address the card sends no IPv6 packet of its own
                    ["ip", "-n", space, "link", "set", name, "addrgenmode", "none"],
                    ["ip", "-n", space, "addr", "add", _address(number) + "/24", "dev", name],
                    ["ip", "-n", space, "link", "set", name, "up"]):
        if process.output(command)[0] != 0:
            return False
    return True


def release():
    """Gives every card of ours back to this namespace, down, and removes our namespaces."""
    _, text = process.output(["ip", "netns", "list"])
    for space in re.findall(r"^(xsw-\d+)\b", text, re.M):
        _, links = process.output(["ip", "-n", space, "-o", "link", "show"])
        for name in re.findall(r"^\d+: ([^:@]+)[:@]", links, re.M):
            if name != "lo":
                process.output(["ip", "-n", space, "link", "set", name, "down"])
                process.output(["ip", "-n", space, "link", "set", name, "netns", str(os.getpid())])
        process.output(["ip", "netns", "del", space])


def has_carrier(number):
    """Is the card in namespace xsw-NUMBER, alone there beside lo, linked?"""
    _, text = process.output(["ip", "-n", f"xsw-{number}", "-o", "link", "show", "up"])
    return any("LOWER_UP" in line for line in text.splitlines() if " lo:" not in line)


def await_carrier(count):
    """Waits, not long, for the links of the first namespaces to come up."""
    end = time.monotonic() + float(os.environ.get("XSW_LINK_WAIT_S", "6"))
    while time.monotonic() < end and not all(has_carrier(number) for number in range(count)):
        time.sleep(0.2)


def linked(one, other):
    """Does a ping cross from namespace xsw-ONE to xsw-OTHER?"""
    ping = ["ip", "netns", "exec", f"xsw-{one}", "ping", "-q", "-n", "-c", "1", "-W", "1",
            _address(other)]
    return any(process.output(ping, 5)[0] == 0 for _ in range(3))


def find_pairs(names, leave_out):
    """The linked pairs of unused cards; a card is taken into one pair only."""
    pairs, taken = [], set()
    try:
        for number, name in enumerate(names):
            if not enclose(name, number):
                raise Failed(f"can't put {name} into a network namespace")
        await_carrier(len(names))
        up = [number for number in range(len(names)) if has_carrier(number)]
        for one in up:
            for other in up:
                if other > one and not taken & {one, other} and linked(one, other):
                    taken |= {one, other}
                    pairs.append((names[one], names[other]))
    finally:
        release()
    for number, name in enumerate(names):
        if number not in up:
            leave_out(name, "its link is down")
        elif number not in taken:
            leave_out(name, "no other unused network card answers across its link")
    return pairs


class Pair:
    """The two cards of a pair in their namespaces, while the load crosses their link.

    A process that only waits keeps the first namespace's counters readable without another fork.
    """

    def __init__(self, host, names):
        self.names, self.holder = names, None
        macs = [host.sys_text("class/net", name, "address") for name in names]
        try:
            for number, name in enumerate(names):
                if not enclose(name, number):
                    raise Failed(f"can't put {name} into a network namespace")
                # neighbours are fixed, so that no packet but the load's own crosses the link
                neighbour = ["ip", "-n", f"xsw-{number}", "neigh", "replace", _address(1 - number),
                             "lladdr", macs[1 - number], "dev", name, "nud", "permanent"]
                if process.output(neighbour)[0] != 0:
                    raise Failed(f"{name} takes no neighbour")
            await_carrier(2)
            if not linked(0, 1):
                raise Failed(f"no ping crosses from {names[0]} to {names[1]}")
            self.holder = process.Child(["ip", "netns", "exec", FIRST, "sleep", "infinity"])
        except BaseException:
            self.close()
            raise

    def counters(self):
        """The text of the first namespace's /proc/net/dev."""
        with open(f"/proc/{self.holder.popen.pid}/net/dev") as file:
            return file.read()

    def close(self):
        """Gives both cards back, down as they came."""
        if self.holder:
            self.holder.end()
        release()
