# SPDX-License-Identifier: GPL-2.0-only
"""The series of a page: each environment with each backend, its name and its one colour."""

NAMES = {"native": "native", "native-iommu-passthrough": "IOMMU passthrough",
         "native-iommu-lazy": "IOMMU lazy", "native-iommu-strict": "IOMMU strict",
         "native-amdvi": "AMD-Vi", "native-swiotlb": "native forced", "xen-dom0": "dom0",
         "xen-dom0-forced": "dom0 forced", "xen-dom0-large-pool": "dom0 large pool",
         "xen-dom0-scattered": "dom0 scattered", "xen-dom0-cured": "dom0 cured",
         "xen-domu": "domU",
         "xen-dom0-served": "domU served", "xen-pvh": "PVH dom0", "xen-dom0-pvh": "PVH dom0"}
# P. Tol's bright and muted schemes: told apart by the colour-blind.
COLORS = {("native", "stock"): "#888888", ("native-iommu-passthrough", "stock"): "#88ccee",
          ("native-iommu-lazy", "stock"): "#44aa99", ("native-iommu-strict", "stock"): "#2e8b57",
          ("native-amdvi", "stock"): "#999933", ("native-swiotlb", "stock"): "#ddcc77",
          ("xen-dom0", "stock"): "#4477aa", ("xen-dom0", "module"): "#ee6677",
          ("xen-domu", "stock"): "#66ccee", ("xen-domu", "module"): "#aa3377",
          ("xen-dom0-forced", "stock"): "#332288", ("xen-dom0-forced", "module"): "#cc3311",
          ("xen-dom0-large-pool", "stock"): "#117733",
          ("xen-dom0-large-pool", "module"): "#dd7788",
          ("xen-dom0-scattered", "stock"): "#5544bb",
          ("xen-dom0-scattered", "module"): "#cc6644",
          ("xen-dom0-cured", "stock"): "#117799", ("xen-dom0-cured", "module"): "#66aa55",
          ("xen-dom0-served", "stock"): "#aa8866",
          ("xen-dom0-served", "module"): "#664422", ("xen-pvh", "stock"): "#bbbb44",
          ("xen-pvh", "module"): "#882255"}
# A host's name of what the lab has by another.
COLORS.update({("xen-dom0-pvh", backend): COLORS["xen-pvh", backend]
               for backend in ("stock", "module")})
OTHER = "#777755"


class Series:
    """An environment of the summary with one backend; alone: no other was tried in it.

    unit: in which the page tells paths; those in another are left out of it.
    """

    def __init__(self, env, backend, alone, unit):
        self.env, self.backend, self.alone, self.unit = env, backend, alone, unit

    @property
    def key(self):
        return self.env["name"], self.backend

    @property
    def place(self):
        return NAMES.get(self.env["name"], self.env["name"])

    @property
    def label(self):
        xen = self.env["name"].startswith("xen")
        return self.place if self.alone and not xen else f"{self.place} {self.backend}"

    @property
    def color(self):
        return COLORS.get(self.key, OTHER)

    def share(self, device):
        """The bounced share of a device, an entry of the summary; None if it was not counted."""
        return next((one for one in self.env["shares"]
                     if (one["device"], one["backend"]) == (device, self.backend)), None)

    @property
    def paths(self):
        """dmabench's paths on this backend."""
        dma = self.env["dma"] or {}
        return [one for one in dma.get("paths", [])
                if one["backend"] == self.backend and dma["unit"] == self.unit]

    def path(self, kind, size=4096):
        """One path towards the device, its memory in the cache; None without it."""
        return next((one for one in self.paths if (one["kind"], one["size"]) == (kind, size)
                     and one["dir"] == "to" and one["cache"] == "hot"), None)


def series_of(summary):
    """The series of a run in the order of its page, stock before the module."""
    unit = next((env["dma"]["unit"] for env in summary["environments"] if env["dma"]), "")
    out = []
    for env in summary["environments"]:
        found = {cell["backend"] for cell in env["timed"] + env["counted"]}
        found |= set((env["dma"] or {}).get("backends", ()))
        backends = sorted(found, key=lambda backend: backend != "stock")
        out += [Series(env, backend, len(backends) == 1, unit) for backend in backends]
    return out


def variants_of(summary):
    """[(target, its device, the environments in which it is this one)]: a name may be another device
    in another machine of the lab."""
    found = {}
    for env in summary["environments"]:
        for target, device in devices_of({"environments": [env]}).items():
            key = (target, device.get("dma_mask_bits"), device.get("driver"))
            found.setdefault(key, (device, set()))[1].add(env["name"])
    order = list(devices_of(summary))
    return sorted(((key[0], device, names) for key, (device, names) in found.items()),
                  key=lambda one: order.index(one[0]))


def devices_of(summary):
    """{target: its device in the record} over all environments, in their order."""
    out = {}
    for env in summary["environments"]:
        told = {one["device"] for one in env["shares"]} | {one["device"] for one in env["timed"]}
        for device in (env["record"] or {"devices": []})["devices"]:
            target = device.get("target", device["id"])
            if target in told:
                out.setdefault(target, device)
    return out
