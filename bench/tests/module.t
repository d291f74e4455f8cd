#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""When the kernel refuses the module the runner says why and what to do."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import Tap, use  # noqa: E402

use("bench/runner", "analysis")
import backend  # noqa: E402

tap = Tap()
INSMOD = "insmod: ERROR: could not insert module x.ko: "


def explains(name, log, said, part):
    """What is said for a kernel's log and insmod's words."""
    tap.has(backend.explain("/x/xen_swiotlb.ko", said, log), part, name)


explains("a key the machine does not know", "", INSMOD + "Key was rejected by service",
         "for its signature (Secure Boot or lockdown is on): sign it")
explains("a signature that is missing", "", INSMOD + "Required key not available",
         "for its signature")
explains("lockdown, which only the log tells",
         "[ 9.1] Lockdown: insmod: unsigned module loading is restricted; see man kernel_lockdown.7",
         INSMOD + "Operation not permitted", "for its signature")
explains("a module of another kernel", "", INSMOD + "Invalid module format", "build it again")
explains("the module's own refusal", "[ 9.1] xen_swiotlb: not a Xen PV domain (found: HVM)",
         INSMOD + "No such device", "not a Xen PV domain (found: HVM)")
explains("an older complaint is not taken for the reason",
         "[ 1.1] xen_swiotlb: no memory below 2^32", INSMOD + "Invalid module format",
         "does not fit kernel")
sys.exit(tap.done())
