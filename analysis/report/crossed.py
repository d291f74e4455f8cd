# SPDX-License-Identifier: GPL-2.0-only
"""One 64-bit device natively and under Xen PV, forced to bounce or not, on stock and on the module."""
from quantities import NONE, number, path, percent

# (place, forced, its environment's names, backend, whether the module's own switch forces)
PLACES = (("native", False, ("native",), "stock", False),
          ("native", True, ("native-swiotlb",), "stock", False),
          ("Xen PV", False, ("xen-dom0", "xen-domu"), "stock", False),
          ("Xen PV", True, ("xen-dom0-forced",), "stock", False),
          ("Xen PV", False, ("xen-dom0", "xen-domu"), "module", False),
          ("Xen PV", True, ("xen-dom0", "xen-domu", "xen-dom0-forced"), "module", True))


def _device(summary, devices):
    """The 64-bit disk that most environments counted; None without one."""
    counts = {}
    for env in summary["environments"]:
        for target in {cell["device"] for cell in env["counted"]}:
            device = devices.get(target, {})
            if device.get("dma_mask_bits") == 64 and device.get("role") == "disk":
                counts[target] = counts.get(target, 0) + 1
    return max(counts, key=counts.get, default=None)


def _share(env, device, backend, force):
    """The bounced share of a device's counting rounds."""
    mine = [cell for cell in env["counted"] if (cell["device"], cell["backend"], cell["force"]) ==
            (device, backend, force) and cell["io_bytes"] and cell["bounced_bytes"] is not None]
    moved = sum(cell["io_bytes"] for cell in mine)
    return sum(cell["bounced_bytes"] for cell in mine) / moved if moved else None


def _throughput(env, device, backend):
    """The throughput of its first load, on a real host."""
    for cell in env["timed"] if not env["emulated"] else ():
        if (cell["device"], cell["backend"], cell["force"]) == (device, backend, False):
            figure = next(one for one in cell["figures"].values() if one["primary"])
            if figure["median"] is not None:
                return f"{number(figure['median'] * figure['scale'], 3)} {figure['unit']}, " \
                       f"{cell['load']}"
    return NONE


def crossed(document, summary, series, devices):
    """The table; without a forced environment or round there is nothing to cross."""
    device, rows, forced_rows = _device(summary, devices), [], 0
    if not device:
        return
    for place, forced, names, backend, switched in PLACES:
        found = [one for name in names for one in series if one.key == (name, backend)]
        one = next((one for one in found if _share(one.env, device, backend, switched) is not None),
                   None)
        if not one:
            continue
        cost = one.path("bounced") if forced else one.path("direct") or one.path("translated")
        forced_rows += forced
        rows.append([place, "forced" if forced else "as it is", backend, one.env["name"],
                     percent(_share(one.env, device, backend, switched)), path(cost),
                     NONE if switched else _throughput(one.env, device, backend)])
    if forced_rows:
        unit = next((one.unit for one in series), "")
        document.add("paragraph", f"{device}, 64-bit:")
        document.add("table", ["", "Bouncing", "Backend", "Environment", ">Bounced",
                               f">Path of 4 KiB, {unit}", "Throughput"], rows)
