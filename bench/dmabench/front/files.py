# SPDX-License-Identifier: GPL-2.0-only
"""Files of sysfs and debugfs: read whole, written in one piece; and what the user is told."""

import os
import sys

import process
from host import Host, write

HOST = Host(os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))))


def say(text):
    """One line on the standard error output."""
    print(f"dmabench: {text}", file=sys.stderr, flush=True)


def text(path, default=""):
    """The text of a file without the white space around it, or the default."""
    return HOST.text(path, default)


def number(path):
    """The number in a file, or 0."""
    word = text(path)
    return int(word) if word.isdigit() else 0


def output(command):
    """(status, what a command printed), without a deadline: by an instruction clock idle time
    passes at once, so that one may be over before the host has read a file.
    """
    return process.output(command, None, both=True)


def put(path, line):
    """Writes a line; an OSError says that the kernel did not take it."""
    write(path, line + "\n")
