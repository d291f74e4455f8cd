# SPDX-License-Identifier: GPL-2.0-only
"""Runs other programs, each in a session of its own, under a deadline.

A child dies with the runner, even when that is killed. Waiting costs no polling: SIGCHLD is
blocked and waited for, so that a measured machine is not woken up.
"""

import ctypes
import os
import signal
import subprocess
import time

from errors import Failed

PR_SET_PDEATHSIG = 1
# A process whose I/O is lost ends when the kernel has reset the device.
UNKILLABLE_S = 180


def _unblock():
    """In a child: signals are as the runner found them."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


def _child_setup():
    """In a child that may outlive a round: die with the runner."""
    _unblock()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """A program that runs beside the runner."""

    def __init__(self, command, stderr=subprocess.DEVNULL, env=None):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        self.popen = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr,
            start_new_session=True, preexec_fn=_child_setup, env=env)

    def wait(self, until):
        """Its status, or None when it still runs at this time of time.monotonic()."""
        while True:
            status = self.popen.poll()
            left = until - time.monotonic()
            if status is not None or left <= 0:
                return status
            signal.sigtimedwait({signal.SIGCHLD}, left)

    def send(self, number):
        """Sends a signal to its whole session."""
        try:
            os.killpg(self.popen.pid, number)
        except ProcessLookupError:
            pass

    def end(self, grace_s=5):
        """Ends its whole session: asks first, kills what is still there."""
        self.send(signal.SIGTERM)
        until = time.monotonic() + grace_s
        self.wait(until)
        while time.monotonic() < until and self._alive():
            time.sleep(0.05)
        self.send(signal.SIGKILL)
        if self.wait(time.monotonic() + UNKILLABLE_S) is None:
            raise Failed(f"process {self.popen.pid} can't be killed: its I/O does not come back")

    def _alive(self):
        try:
            os.killpg(self.popen.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def output(command, timeout_s=60, env=None, both=False):
    """(status, text) of a program; status 124 when it took too long, 127 when it is not there.

    The text is its standard output, with both its errors too.
    """
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT if both else subprocess.DEVNULL,
                              timeout=timeout_s, env=env, universal_newlines=True,
                              preexec_fn=_unblock)
        return done.returncode, done.stdout.strip()
    except subprocess.TimeoutExpired:
        return 124, "no end within its deadline"
    except OSError as error:
        return 127, f"{command[0]}: {error.strerror}"


def call(command):
    """Runs a program on this terminal. Returns its status."""
    try:
        return subprocess.call(command, preexec_fn=_unblock)
    except OSError:
        return 127


def last_line(text):
    """The last line of a program's output."""
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
