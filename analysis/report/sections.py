# SPDX-License-Identifier: GPL-2.0-only
"""The report's sections that hold on any machine: the machine, counts, settings, what is missing."""
from document import Link
from quantities import NONE, count, number, percent, series, size


def round_links(rounds, key="source"):
    """Links to the raw files of rounds, each under the round's number."""
    out = []
    for one in rounds:
        if out:
            out.append(" ")
        out.append(Link(str(one["round"]), one[key]))
    return out or NONE


def _version(name, version):
    """Tools that name themselves in their version are not named twice."""
    return version if version.startswith(name[:5]) else f"{name} {version}"


def _memory_above(machine):
    """Bytes or a share, as recorded; or why it is not known."""
    above = machine.get("machine_memory")
    if above is None:
        why = (machine.get("missing") or {}).get("machine_memory")
        return f"{NONE} ({why})" if why else NONE
    return size(above) if isinstance(above, (int, float)) else str(above)


def _machine_row(env):
    record, machine = env["record"], env["record"]["machine"]
    versions = record["versions"]
    tools = ", ".join(_version(name, versions[name]) for name in
                      ("kernel", "xen", "module", "fio", "iperf3", "suite") if versions.get(name))
    domain = machine.get("domain") or "none"
    pmu = "counted" if machine.get("pmu") else "no cycles: no PMU here"
    what = f"{machine.get('hypervisor') or 'no hypervisor'}, domain {domain}"
    return [env["name"], "yes" if env["emulated"] else "no", what,
            f"{machine.get('cpu', NONE)}, {machine.get('cpus', NONE)} CPU, "
            f"{size(machine.get('memory_bytes'))}, IOMMU {machine.get('iommu', NONE)}, "
            f"clock {machine.get('clocksource', NONE)}",
            _memory_above(machine), pmu, tools,
            Link("run.json", env["file"])]


def machine(document, environments):
    document.heading(2, "What was measured, and where")
    document.table(["Environment", "Emulated", "Xen", "Machine", "Memory above 4 GiB (machine)",
                    "Cycles", "Versions", "From"], [_machine_row(e) for e in environments])
    rows = []
    for env in environments:
        record = env["record"]
        pool = record.get("stock_pool") or {}
        rows.append([env["name"], record["started"], f"{number(record.get('elapsed_s'))} s",
                     record.get("command") or NONE, str(record.get("set") or NONE),
                     str(record.get("seed", NONE)), size(pool.get("bytes")),
                     Link("run.json", env["file"])])
    document.table(["Environment", "Started", "Took", "Command", "Set", "Seed", "Stock pool",
                    "From"], rows)


def _count_row(env, cell):
    reasons = ", ".join(f"{name} {count(n)}" for name, n in cell["by_reason"].items() if n)
    first = cell["rounds"][0]
    counted = [Link(r["counters_raw"], r["counters_raw"]) for r in cell["rounds"][:1]
               if "counters_raw" in r] or [Link(first["counters_in"], first["counters_in"])]
    return [env["name"], cell["device"], cell["load"], series(cell), size(cell["io_bytes"]),
            size(cell["bounced_bytes"]), percent(cell["share"]), percent(cell["share_of_maps"]),
            count(cell["bounces"]), count(cell["maps"]), count(cell["fails"]), reasons or NONE,
            count(cell["exchanges"]),
            [f"{first.get('counters_by') or 'counters'} in ", *counted, "; bytes moved: ",
             *round_links(cell["rounds"])]]


def counts(document, environments):
    rows = [_count_row(env, cell) for env in environments for cell in env["counted"]]
    document.heading(2, "Bounces")
    if not rows:
        document.paragraph("No counting round was recorded.")
        return
    document.paragraph("Counts of the counting rounds, added up. They are exact on any machine, "
                       "emulated or not, and may be compared between environments. Moved: the "
                       "payload the load's tool tells of; mapped: the sizes of all mappings.")
    document.table(["Environment", "Device", "Load", "Backend", ">Moved", ">Bounced",
                    ">Bounced / moved", ">Bounced / mapped", ">Bounces", ">Maps", ">Failed maps", "Reasons",
                    ">Exchanges", "From"], rows)
    document.items(_not_counted(environments))


def _not_counted(environments):
    """Why counts are missing, each reason once."""
    names = {}
    for env in environments:
        for cell in env["counted"]:
            missing = cell["rounds"][0].get("missing") or {}
            for key in ("bounces", "maps", "fails", "exchanges"):
                if cell[key] is None and missing.get(key):
                    seen = names.setdefault((key, missing[key]), {})
                    seen[f"{env['name']} {cell['backend']}"] = True
    return [f"Not counted: {key} on {', '.join(where)}: {why}."
            for (key, why), where in names.items()]


def exchanges(document, env):
    totals = env["record"].get("exchange_totals") or {}
    rows = []
    for backend, total in totals.items():
        nanoseconds = total.get("ns")
        each = (number(nanoseconds / total["exchanges"] / 1000) + " us"
                if nanoseconds and total.get("exchanges") else NONE)
        rows.append([backend, count(total.get("exchanges")), size(total.get("bytes")), each,
                     count(total.get("fails")), Link("run.json", env["file"])])
    document.table(["Backend", ">Exchanges since load", ">Memory exchanged",
                    ">Time an exchange" + (" (emulated)" if env["emulated"] else ""),
                    ">Failed", "From"], rows)


def settings(document, environments):
    """What differs between the backends besides the backend."""
    rows, compared = [], False
    for env in environments:
        for device in env["record"]["devices"]:
            taken = device.get("settings") or {}
            compared |= len(taken) > 1
            keys = dict.fromkeys(key for one in taken.values() for key in one)
            for key in keys:
                values = {name: one.get(key) for name, one in taken.items()}
                if len(set(map(str, values.values()))) > 1:
                    rows.append([env["name"], f"{device['id']} {device.get('bdf', '')}", key, str(values.get("stock", NONE)),
                                 str(values.get("module", NONE)), Link("run.json", env["file"])])
    document.heading(2, "What differs between the backends besides the backend")
    document.table(["Environment", "Device", "Setting", "Stock", "Module", "From"], rows)
    if not rows:
        document.paragraph("Nothing that was recorded." if compared else
                           "No device was measured on two backends.")


def checks(document, environments):
    document.heading(2, "Data checks, errors, and what was left out")
    rows = [[env["name"], check["device"], check["load"], series(check),
             "passed" if check["passed"] else "FAILED", Link(check["source"], check["source"])]
            for env in environments for check in env["checks"]]
    document.table(["Environment", "Device", "Load", "Backend", "Data", "From"], rows)
    items = [] if rows else ["No round checked its data."]
    for env in environments:
        items += [[f"{env['name']}: error: {error}"] for error in env["record"]["errors"]]
        for failed in env["failed"]:
            why = "; ".join(str(v) for v in (failed.get("missing") or {}).values())
            if failed["tool_failed"]:
                why = "its raw file tells of an error" + (f"; {why}" if why else "")
            items.append([f"{env['name']}: round failed and is left out: {failed['device']} "
                          f"{failed['load']} {series(failed)} {why}: ",
                          Link(failed["source"], failed["source"])])
        for dispute in env["disputes"]:
            items.append([f"{env['name']}: run.json says {dispute['figure']} = "
                          f"{number(dispute['recorded'])}, the raw file says "
                          f"{number(dispute['raw'])}, which is used: ",
                          Link(dispute["source"], dispute["source"])])
        items += [[f"{env['name']}: left out: {left.get('what')}: {left.get('why')}"]
                  for left in env["record"]["left_out"]]
    document.items(items or ["No error, and nothing left out."])
