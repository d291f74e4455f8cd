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

# As perf 6.1 and 6.12 print it.
TEXT = """cpu-clock:pppH: 
	ffffffff81234567 __memcpy ([kernel.kallsyms])
	ffffffff81234568 swiotlb_bounce ([kernel.kallsyms])
	ffffffff81234569 swiotlb_tbl_map_single ([kernel.kallsyms])
	ffffffff8123456a xen_swiotlb_map_page ([kernel.kallsyms])
	ffffffff8123456b dma_map_page_attrs ([kernel.kallsyms])
	ffffffff8123456c e1000_xmit_frame ([e1000])
	          55d0 main (/usr/bin/iperf3)

cpu-clock:pppH: 
	ffffffff81234568 _raw_spin_unlock_irqrestore ([kernel.kallsyms])
	ffffffffc0123456 bounce_searching.constprop.0 ([xen_swiotlb])
	ffffffffc0123457 xsw_op_map_page ([xen_swiotlb])
	ffffffff8123456b dma_map_page_attrs ([kernel.kallsyms])

cpu-clock:pppH: 
	ffffffff81000001 e1000_clean ([e1000])
	ffffffff81000002 __napi_poll ([kernel.kallsyms])
	ffffffff81000003 handle_softirqs ([kernel.kallsyms])
	ffffffff81000004 asm_common_interrupt ([kernel.kallsyms])
	ffffffff81000005 swiotlb_tbl_map_single ([kernel.kallsyms])
	ffffffff8123456b dma_map_page_attrs ([kernel.kallsyms])

cpu-clock:pppH: 
	ffffffff8123456a xen_swiotlb_unmap_page ([kernel.kallsyms])
	ffffffff81000001 nvme_unmap_data ([nvme])
	ffffffff81000004 asm_common_interrupt ([kernel.kallsyms])
	ffffffff81000006 pv_native_safe_halt ([kernel.kallsyms])
	ffffffff81000007 do_idle ([kernel.kallsyms])

cpu-clock:pppH: 
	ffffffff81000006 pv_native_safe_halt ([kernel.kallsyms])
	ffffffff81000007 do_idle ([kernel.kallsyms])

cpu-clock:pppH:           7f0012 [unknown] (/usr/bin/fio)
cpu-clock:pppH: 
"""
STACKS = {
    "dma_map_page_attrs;xen_swiotlb_map_page;swiotlb_tbl_map_single;swiotlb_bounce;__memcpy": 1,
    "dma_map_page_attrs;xen_swiotlb:xsw_op_map_page;xen_swiotlb:bounce_searching;"
    "_raw_spin_unlock_irqrestore": 1,
    "xen_swiotlb_unmap_page": 1}
found = sampling.fold(TEXT.splitlines())
tap.equal(found["stacks"], STACKS,
          "kept is what was in a map or unmap, and not in an interrupt that came meanwhile")
tap.equal((found["samples"], found["idle"]), (7, 1),
          "all are counted; idle is who halts, not whom an interrupt woke")
tap.equal(sampling.fold([]), {"samples": 0, "idle": 0, "stacks": {}}, "nothing is nothing")
twice = sampling.fold(TEXT.splitlines() * 2)
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

# ---- perf, played by a script ----
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
    tap.equal(sample("exec sleep 20", load="exit 0")[0], None, "perf ends when its load does")
    open(folder + "/text", "w").close()
    tap.equal(sample(load="exit 0")[:2], ("the load ended before perf began", None),
              "samples of nothing are none")
    tap.equal(sample(watched=False)[0], "the load ended before perf began", "nor is there a window")
    tap.equal(sorted(os.listdir(folder)), ["asked", "perf", "text"], "nothing else is left")
sys.exit(tap.done())
