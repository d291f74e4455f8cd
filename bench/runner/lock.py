# SPDX-License-Identifier: GPL-2.0-only
"""One run at a time on a machine: the names of the namespaces and the devices are shared."""

import fcntl
import os

from errors import Refused

LOCK = "/run/lock/xsw-bench"


def take_lock(stack):
    """Holds the lock until the stack ends. Raises Refused."""
    try:
        lock = stack.enter_context(open(LOCK, "a+"))
    except OSError as error:
        raise Refused(f"can't write {LOCK}: {error.strerror}")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        raise Refused(f"another run is measuring on this machine (process {lock.read().strip()}): "
                      "wait for it")
    lock.seek(0)
    lock.truncate()
    lock.write(f"{os.getpid()}\n")
    lock.flush()
