#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Samples of stacks: which are kept, of what perf prints; when they are taken; and why there are none."""

import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import CHECKOUT, Tap, use  # noqa: E402

use("bench/runner", "analysis")
import loads  # noqa: E402
import options as option_files  # noqa: E402
import plan  # noqa: E402
import process  # noqa: E402
import sampling  # noqa: E402

tap = Tap()

FUNCTIONS = (
    "memcpy_orig swiotlb_bounce swiotlb_tbl_map_single xen_swiotlb_map_page dma_map_page_attrs "
    "_raw_spin_unlock_irqrestore e1000_xmit_frame e1000_clean __napi_poll handle_softirqs "
    "asm_common_interrupt xen_swiotlb_unmap_page nvme_unmap_data pv_native_safe_halt do_idle "
    "bounce_searching.constprop.0 xsw_op_map_page").split()
AT = {name: 0xffffffff81000000 + 4096 * nth for nth, name in enumerate(FUNCTIONS)}
KALLSYMS = "\n".join(
    ["0000000000000000 A fixed_percpu_data"] +
    [f"{at:016x} t {name}" + ("\t[xen_swiotlb]" if "xsw" in name or "bounce_s" in name else "")
     for name, at in reversed(list(AT.items()))] + [f"{AT['do_idle'] + 16:016x} d some_data"])


def stack(*names):
    """A sample as perf 6.1 and 6.12 print it, the innermost frame first."""
    return "cpu-clock:pppH: \n" + "".join(
        f"\t        {AT[name] + 64:x} \n" if name in AT else f"\t            {name} \n"
        for name in names) + "\n"


TEXT = "".join((
    stack("memcpy_orig", "swiotlb_bounce", "swiotlb_tbl_map_single", "xen_swiotlb_map_page",
          "dma_map_page_attrs", "e1000_xmit_frame", "55d0"),
    stack("_raw_spin_unlock_irqrestore", "bounce_searching.constprop.0", "xsw_op_map_page",
          "dma_map_page_attrs"),
    stack("e1000_clean", "__napi_poll", "handle_softirqs", "asm_common_interrupt",
          "swiotlb_tbl_map_single", "dma_map_page_attrs"),
    stack("xen_swiotlb_unmap_page", "nvme_unmap_data", "asm_common_interrupt",
          "pv_native_safe_halt", "do_idle"),
    stack("pv_native_safe_halt", "do_idle"),
    "cpu-clock:pppH:           7f0012 \n", "cpu-clock:pppH: \n"))
STACKS = {
    "dma_map_page_attrs;xen_swiotlb_map_page;swiotlb_tbl_map_single;swiotlb_bounce;memcpy_orig": 1,
    "dma_map_page_attrs;xen_swiotlb:xsw_op_map_page;xen_swiotlb:bounce_searching;"
    "_raw_spin_unlock_irqrestore": 1,
    "xen_swiotlb_unmap_page": 1}
KNOWN = sampling.Symbols(KALLSYMS)
found = sampling.fold(TEXT.splitlines(), KNOWN)
tap.equal(found["stacks"], STACKS,
          "kept is what was in a map or unmap, and not in an interrupt that came meanwhile")
tap.equal((found["samples"], found["idle"]), (7, 1),
          "all are counted; idle is who halts, not whom an interrupt woke")
tap.equal(sampling.fold([], KNOWN), {"samples": 0, "idle": 0, "stacks": {}}, "nothing is nothing")
tap.equal((KNOWN.at(AT["do_idle"] + 99), KNOWN.at(AT["xsw_op_map_page"] + 4), KNOWN.at(0x7f0012)),
          ("do_idle", "xen_swiotlb:xsw_op_map_page", None),
          "a function is known by its address, the module's as its own, a program's not")
tap.equal(sampling.fold([f"x: {AT['do_idle']:x}", f"  {AT['dma_map_page_attrs'] + 4096:x}"], KNOWN)["stacks"],
          {"dma_map_page_attrs;do_idle": 1}, "who called is where the call was, not where it returns to")
twice = sampling.fold(TEXT.splitlines() * 2, KNOWN)
tap.equal((twice["samples"], set(twice["stacks"].values())), (14, {2}), "equal stacks are one")

# ---- when ----
SUITE = loads.find(CHECKOUT)


class Machine:
    """One with a PMU, or an emulated one."""
    emulated, pmu = False, False


class Disk:
    """A target as the plan sees it."""
    id, kind, wide, module, writable = "disk", "disk", True, True, False


class Narrow(Disk):
    """One that the module may not have."""
    id, wide, module = "narrow", False, False


def planned(words, can=True, emulated=False):
    """[(target, backend, forced, loads)] of the sampled visits of a run."""
    machine = Machine()
    machine.emulated = emulated
    wanted = plan.settings(option_files.parse(words), machine, can)
    visits = plan.make([Disk(), Narrow()], SUITE, wanted)
    kinds = [visit.kind for visit in visits]
    tap.ok(plan.SAMPLED not in kinds or kinds.index(plan.SAMPLED) > max(
        at for at, kind in enumerate(kinds) if kind in (plan.TIMED, plan.COUNTED)),
           "they come after all that is measured", kinds)
    return [(one.target, one.backend, one.force, one.loads) for one in visits
            if one.kind == plan.SAMPLED]


EACH = [("disk", "stock", False, ("randread-4k-qd32",)), ("disk", "module", False, ("randread-4k-qd32",)),
        ("disk", "module", True, ("randread-4k-qd32",)), ("narrow", "stock", False, ("read-128k",))]
tap.equal(planned([]), EACH, "a load of each device, on each backend, and forced to bounce")
tap.equal(planned([], can=False), [], "but none without perf")
tap.equal(planned(["--leave-out", "samples"]), [], "nor where they are left out")
tap.equal(planned(["--leave-out", "timed"]), [], "nor where nothing is timed")
tap.equal(planned([], emulated=True), [], "nor on an emulated machine")
tap.equal(planned(["--full"], emulated=True), EACH, "but in its full set")

# ---- perf, played by a script; its addresses are those of this test ----
sampling.Symbols = lambda _: KNOWN
PERF = """#!/bin/sh
case $1 in
--version) echo perf version 6.12.1 ;;
record) echo "$*" >{folder}/asked; : >{folder}/perf.data; {record} ;;
script) cat {folder}/text; exit {script} ;;
esac
"""
with tempfile.TemporaryDirectory() as folder:
    os.environ["PATH"] = folder + ":" + os.environ["PATH"]
    with open(folder + "/text", "w") as file:
        file.write(TEXT)

    def sample(record="exit 0", script=0, load="sleep 1", machine=Machine, watched=True):
        """(why there is no raw file, the raw file, what perf was asked for)."""
        with open(folder + "/perf", "w") as file:
            file.write(PERF.format(folder=folder, record=record, script=script))
        os.chmod(folder + "/perf", 0o755)
        one, raw = sampling.Sampler(machine, folder, 2), folder + "/raw.json"
        if os.path.exists(raw):
            os.unlink(raw)
        with process.Child(["sh", "-c", load]) as child:
            if watched:
                one.watch(child)
        why = one.write(raw)
        one.remove()
        told = None
        if os.path.exists(raw):
            with open(raw) as file:
                told = json.load(file)
        with open(folder + "/asked") as file:
            return why, told, file.read()

    why, told, asked = sample()
    tap.equal((why, told), (None, {
        "tool": "samples", "by": "perf version 6.12.1", "event": "cpu-clock",
        "hz": told and told["hz"], "load_s": 2, "samples": 7, "idle": 1, "stacks": STACKS}),
              "the raw file has what schema says")
    tap.has(asked, f"-a -g -F {told['hz']} -e cpu-clock", "without a PMU a timer takes them")
    tap.ok(told["hz"] * 2 * os.cpu_count() <= sampling.MOST or told["hz"] == 49,
           "as many as are read in time")
    Machine.pmu = True
    tap.has(sample()[2], "-e cycles", "with one, cycles do")
    tap.equal(sample("echo 'Permission denied' >&2; exit 255")[:2],
              ("perf record: Permission denied", None), "what perf refuses is told, no file made")
    tap.equal(sample(script=1)[0], "perf script: status 1", "so is what it can't read")
    tap.equal(sample("exec sleep 20", load="sleep 1")[0], None, "perf ends when its load does")
    open(folder + "/text", "w").close()
    tap.equal(sample(load="exit 0")[:2], ("the load ended before perf began", None),
              "samples of nothing are none")
    tap.equal(sample(watched=False)[0], "the load ended before perf began", "nor is there a window")
    tap.equal(sorted(os.listdir(folder)), ["asked", "perf", "text"], "nothing else is left")
sys.exit(tap.done())
