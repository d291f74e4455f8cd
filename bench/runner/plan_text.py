# SPDX-License-Identifier: GPL-2.0-only
"""Prints the plan."""

import os

import plan


def minutes(seconds):
    """M:SS."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def target_line(target, wanted, visits):
    """A target in one line."""
    backends = "stock" + (" and module" if target.module else "")
    if target.kind == "disk":
        what = f"disk of {target.bytes >> 20} MiB"
        writes = "reads and WRITES" if target.writable else "reads"
    elif target.kind == "pair":
        what, writes = "linked network cards", "TCP and UDP across"
    else:
        seconds = sum(len(visit.loads) * (plan.load_seconds(wanted, visit.kind) + 1)
                      for visit in visits if visit.target == target.id)
        what = "network card, in use or not"
        writes = (f"TCP with {target.peer.host}, at most {target.peer.rate}bit/s for {seconds} s "
                  f"in all, {target.peer.bytes_s * seconds >> 20} MiB; there: {target.peer.server}")
    return "  {:<12} {} at {}, driver {}, {}-bit DMA; {}; {}".format(
        "+".join(target.names), what, " and ".join(target.functions), target.driver,
        target.mask, writes, backends)


def left_out_lines(left_out):
    """What is not measured, and why."""
    return (["Left out"] if left_out else []) + [f"  {what:<12} {why}" for what, why in left_out]


def lines(machine, finder, wanted, visits, lender, steps):
    """The plan's text; lender: the dmabench step, or None."""
    label = " (emulated: counts only)" if machine.emulated else ""
    xen = f", Xen {machine.xen_version}" if machine.xen_version else ""
    kind = f", {machine.guest_type} {machine.domain}" if machine.xen else ""
    iommu = "" if machine.iommu == "none" else f", IOMMU {machine.iommu}"
    linux = f"Linux {os.uname().release}"
    text = [f"Environment {machine.environment}{label}, {linux}{xen}{kind}{iommu}",
            f"Load ({wanted.set})"]
    text += [target_line(target, wanted, visits) for target in finder.targets]
    text += left_out_lines(finder.left_out)
    count = {kind: sum(len(visit.loads) for visit in visits if visit.kind == kind)
             for kind in (plan.TIMED, plan.DISCARDED, plan.COUNTED, plan.SAMPLED, plan.HELD)}
    moves = sum(step.what == "move" for step in steps)
    text.append(f"Runs {sum(count.values())}: {count['timed']} timed of {wanted.seconds} s "
                f"({wanted.rounds} of each load and backend), {count['discarded']} discarded, "
                f"{count['counted']} counted; {moves} moves between backends")
    if count["sampled"]:
        text.append(f"Takes samples by perf in {count['sampled']} more, not timed: where the time of "
                    "a map goes")
    if count["held"]:
        fills = " and ".join(f"{held} %" for held in sorted({v.held for v in visits if v.held}))
        text.append(f"Counts {count['held']} more while dmabench holds {fills} of the pool")
    if lender:
        text.append(lender.plan_line())
    if wanted.precision:
        text.append(f"Then as many pairs more as an interval of +-{wanted.precision} % takes: "
                    "looked at once")
    elif 0 < wanted.rounds < 6:
        text.append("Fewer than six timed rounds: a report prints their range, not an interval")
    tenths = sum(plan.tenths_of(step, wanted) for step in steps)
    tenths += lender.tenths(wanted) if lender else 0
    text.append(f"Seed {wanted.seed}, about {minutes(tenths / 10 + 5)}")
    return text


def step_lines(steps, lender):
    """Every step of the plan, numbered."""
    texts = [step.text() for step in steps] + ([lender.text()] if lender else [])
    return [f"{number:4d}  {text}" for number, text in enumerate(texts, 1)]
