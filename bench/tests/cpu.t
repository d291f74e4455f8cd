#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""CPU cost: a number that can't be had is null with its reason, and never 0."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import CHECKOUT, Tap, use  # noqa: E402

use("bench/runner", "analysis")
import cost  # noqa: E402
import host as host_file  # noqa: E402
import machine as machine_file  # noqa: E402

tap = Tap()
HEAD = "# started on today\n\n"
tap.equal(cost.cycles(HEAD + "81723645;;cycles;2001;100.00;;"), 81723645, "cycles are taken")
tap.equal(cost.cycles("3000000000;;cpu_core/cycles/;2;1;;\n4000000000;;cpu_atom/cycles/;2;1;;"),
          7000000000, "a hybrid machine's are added")
tap.equal(cost.cycles(HEAD + "<not supported>;;cycles;0;100.00;;"), None,
          "cycles not supported are null")
tap.equal(cost.cycles("3;;cpu_core/cycles/;2;1;;\n<not counted>;;cpu_atom/cycles/;0;0;;"), None,
          "a part that is not counted is null")
tap.equal(cost.cycles(""), None, "no file is null")

user, system, steal = cost.cpu_seconds("cpu  100 20 30 400 5 6 7 8 0 0\ncpu0 1")
tap.equal((user, system, steal), (1.2, 0.43, 0.08), "interrupts count as system time")
tap.equal(cost.net_bytes("Inter|\n face |\n  eth0: 100 1 0 0 0 0 0 0 23 1 0 0 0 0 0 0\n", "eth0"), 123,
          "a card's bytes are both directions'")


def write(path, text, mode=0o644):
    """A file of the fake machine."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)


with tempfile.TemporaryDirectory() as fake:
    environ = {"XSW_SYSFS": fake + "/sys", "XSW_PROC": fake + "/proc", "XSW_DEV": fake + "/dev"}
    write(fake + "/sys/hypervisor/type", "xen\n")
    for part in ("major", "minor", "extra"):
        write(fake + "/sys/hypervisor/version/" + part, "4\n")
    os.symlink(CHECKOUT + "/bench", fake + "/bench")
    xentime = fake + "/build/xentime/xentime"

    def asked():
        """Xentime as it is found on the fake machine."""
        machine = machine_file.Machine(host_file.Host(fake, environ), {})
        return cost.Xentime(machine, fake + "/work")

    os.environ["CC"] = "no-compiler"
    tap.has(asked().missing, "xentime is not built, and there is no compiler: ", "no compiler is told")
    del os.environ["CC"]
    write(fake + "/dev/xen/privcmd", "")
    tap.has(asked().missing, "/dev/xen/", "Xen that does not answer is told")
    tap.equal(os.access(xentime, os.X_OK), True, "xentime is built into build/")
    write(xentime, "#!/bin/sh\necho 7000000123\n", 0o755)
    tap.equal((asked().missing, asked().ns()), (None, 7000000123), "Xen is asked, by a guest too")
    write(xentime, "#!/bin/sh\necho 'xentime: the kernel blocks it' >&2\nexit 1\n", 0o755)
    tap.equal((asked().missing, asked().ns()), ("xentime: the kernel blocks it", None),
              "why there is no answer is told")

    window = cost.Window(machine_file.Machine(host_file.Host(fake, environ), {}), asked(),
                         lambda: None, fake)
    first = cost.Reading(1., 1., 1., 0., None, None)
    figures = window._difference(first, first._replace(time=3., user=2.5))
    tap.equal((figures["vcpu_s"], figures["window_bytes"], figures["cpu_user_s"],
               figures["window_s"]), (None, None, 1.5, 2.), "from nothing there is no difference")
    write(fake + "/sys/hypervisor/type", "none\n")
    tap.equal(asked().missing, "not a Xen domain", "no Xen is told")
    tap.equal(cost.cycles_missing(machine_file.Machine(host_file.Host(fake, environ), {})),
              "no cycles: this machine offers no PMU", "no PMU is told")

    write(fake + "/bin/xl", """#!/bin/sh
echo 'Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)'
echo 'Domain-0                             0     0    0   r--      12.3  all / all'
echo 'Domain-0                             0     1    1   -b-       4.6  all / all'
""", 0o755)
    os.environ["PATH"] = fake + "/bin:" + os.environ["PATH"]
    tap.equal(cost.xl_ns(), 16900000000, "the toolstack's figure is a sum over the vCPUs")
    write(fake + "/bin/xl", "#!/bin/sh\nexit 1\n", 0o755)
    tap.equal(cost.xl_ns(), None, "a silent toolstack gives no number")
sys.exit(tap.done())
