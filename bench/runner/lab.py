# SPDX-License-Identifier: GPL-2.0-only
"""On a machine that is no Xen host the lab boots one, and types the runner's command there."""

import os

import process
import progress

FOLDER = "bench/lab"


def is_there(checkout):
    """Is the lab a part of this checkout?"""
    return os.access(os.path.join(checkout, FOLDER, "lab"), os.X_OK)


def bench(checkout, options, arguments):
    """Becomes the lab's bench. A dry run installs, builds and boots nothing: it tells."""
    command = os.path.join(checkout, FOLDER, "lab")
    if not options.dry_run:
        os.execv(command, [command, "bench"] + arguments)
    progress.say("This machine is no Xen host: the lab would boot these environments in turn, and "
                 "measure in each of them")
    for name in sorted(os.listdir(os.path.join(checkout, FOLDER, "env"))):
        with open(os.path.join(checkout, FOLDER, "env", name)) as file:
            text = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
        if text.get("bench"):
            progress.say(f"  {name[:-4]:<24} {text.get('describe', '')}")
    status, missing = process.output([os.path.join(checkout, "bench/deps"), "--missing"] + [
        os.path.join(checkout, name) for name in (
            "bench/packages.txt", "analysis/packages.txt", FOLDER + "/packages-host.txt")])
    if status == 0 and missing:
        progress.say("Packages it would install first: " + " ".join(missing.split()))
    if not os.path.isdir(os.path.join(checkout, "build/lab/image")):
        progress.say("It would build the lab's image first (2.4 GB in build/lab)")
    progress.say("--here measures this machine as it is")
    return 0
