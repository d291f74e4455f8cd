# SPDX-License-Identifier: GPL-2.0-only
"""A peer: an iperf3 server elsewhere, reached over one card, which may be in use."""

import os
import re
import socket
from typing import NamedTuple

import process
from devices import nics
from errors import Refused

PORT = 5201
DEFAULT_RATE = "100M"


class Peer(NamedTuple):
    """Where the server is, from which of our addresses it is reached, and how much is sent."""
    host: str
    address: str
    source: str
    rate: str
    port: int

    @property
    def bytes_s(self):
        """The rate in bytes a second."""
        return int(self.rate[:-1]) * {"K": 10 ** 3, "M": 10 ** 6, "G": 10 ** 9}[self.rate[-1]] // 8

    @property
    def server(self):
        """What has to run there."""
        return f"iperf3 -s -p {self.port}"


def _address(name):
    try:
        return socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)[0][4][0]
    except OSError as error:
        raise Refused(f"--peer {name}: {error.strerror}")


def find(host, nic, name, rate, listening=True):
    """The Peer of a name, over a card. Raises Refused."""
    port = int(os.environ.get("XSW_PEER_PORT", str(PORT)))
    address = _address(name)
    _, text = process.output(["ip", "-o", "route", "get", address])
    found = re.search(r" dev (\S+).* src (\S+)", text)
    if not found:
        raise Refused(f"--peer {name}: no route leads to {address}")
    device, source = found.groups()
    if text.startswith("local ") or device == "lo":
        raise Refused(f"--peer {name}: that is this host; the packets would cross no card")
    if device not in nics.carriers(host, nic):
        raise Refused(f"--peer {name}: packets to {address} leave by {device}, not by {nic}")
    if listening:
        try:
            socket.create_connection((address, port), 5).close()
        except OSError as error:
            raise Refused(f"--peer {name}: no answer at {address} port {port} "
                          f"({error.strerror or error}): run there: iperf3 -s -p {port}")
    return Peer(name, address, source, rate, port)
