# SPDX-License-Identifier: GPL-2.0-only
"""On a machine that is no Xen host the lab boots one, and types the runner's command there."""

import os

FOLDER = "bench/lab"


def is_there(checkout):
    """Is the lab a part of this checkout?"""
    return os.access(os.path.join(checkout, FOLDER, "lab"), os.X_OK)


def bench(checkout, arguments):
    """Becomes the lab's bench."""
    command = os.path.join(checkout, FOLDER, "lab")
    os.execv(command, [command, "bench"] + arguments)
