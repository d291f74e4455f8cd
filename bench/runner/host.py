# SPDX-License-Identifier: GPL-2.0-only
"""Where this machine's files are; the tests give the folders of a machine made of files."""

import glob
import os


def write(path, text):
    """Writes a text in one piece; an OSError says that the kernel did not take it."""
    with open(path, "w") as file:
        file.write(text)


def read(path, default=None):
    """A file's text, or the default where it can't be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return default


class Host:
    """Reads sysfs, proc and dev."""

    def __init__(self, checkout, environ=None):
        environ = os.environ if environ is None else environ
        self.checkout = checkout
        self.sys = environ.get("XSW_SYSFS", "/sys")
        self.proc = environ.get("XSW_PROC", "/proc")
        self.dev = environ.get("XSW_DEV", "/dev")

    def text(self, path, default=None):
        """A file's text without the blanks at its ends, or the default where it can't be read."""
        text = read(path)
        return default if text is None else text.strip()

    def sysfs(self, *parts):
        """A path below sysfs."""
        return os.path.join(self.sys, *parts)

    def sys_text(self, *parts, default=None):
        """The text of a file in sysfs."""
        return self.text(self.sysfs(*parts), default)

    def proc_text(self, *parts, default=""):
        """The text of a file in proc."""
        return self.text(os.path.join(self.proc, *parts), default)

    def sys_names(self, *parts):
        """The names in a folder of sysfs, in order."""
        try:
            return sorted(os.listdir(self.sysfs(*parts)))
        except OSError:
            return []

    def sys_glob(self, *parts):
        """The paths in sysfs that match a pattern, in order."""
        return sorted(glob.glob(self.sysfs(*parts)))

    def node(self, name):
        """The path of a device's node."""
        return os.path.join(self.dev, name)
