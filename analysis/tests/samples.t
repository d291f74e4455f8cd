#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Samples of stacks by class: by the innermost function whose class is known."""

import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import Tap, use  # noqa: E402

use("analysis")
import raw_files  # noqa: E402
import samples  # noqa: E402

tap = Tap()
MAP = "dma_map_page_attrs;"
STOCK, OURS = MAP + "xen_swiotlb_map_page", MAP + "xen_swiotlb:xsw_op_map_page"

for stack, name, words in (
        ("dma_map_page_attrs", "api", "the API's call itself"),
        ("dma_unmap_page_attrs;dma_direct_unmap_page", "api", "what it does natively"),
        (MAP + "preempt_count_add", "rest", "what the API calls and no class has"),
        (STOCK, "translation", "stock's map, with what was inlined"),
        (STOCK + ";xen_phys_to_dma", "translation", "a machine address"),
        (STOCK + ";swiotlb_tbl_map_single", "slots", "a search of stock's pool"),
        (STOCK + ";swiotlb_tbl_map_single;_raw_spin_lock_irqsave", "slots", "its lock"),
        (STOCK + ";swiotlb_tbl_map_single;swiotlb_bounce;memcpy_orig", "copy", "a copy"),
        (STOCK + ";swiotlb_tbl_map_single;swiotlb_bounce", "copy", "a copy that was inlined"),
        (OURS, "translation", "the module's straight way"),
        (OURS + ";xen_swiotlb:bounce_searching;xen_swiotlb:xsw_find", "slots", "a search of its pool"),
        (OURS + ";xen_swiotlb:map_narrow;__memcpy", "copy", "its copy"),
        ("dma_unmap_page_attrs;xen_swiotlb:xsw_op_unmap;xen_swiotlb:copy_and_release", "slots",
         "its release"),
        (MAP + "iommu_dma_map_page;__iommu_map;intel_iommu_map_pages;__domain_mapping",
         "translation", "an IOMMU's page table"),
        (MAP + "iommu_dma_map_page;alloc_iova_fast;_raw_spin_lock", "translation",
         "the lock of its addresses"),
        ("dma_unmap_page_attrs;iommu_dma_unmap_page;qi_submit_sync", "translation",
         "the wait for its invalidation"),
        (MAP + "iommu_dma_map_page;swiotlb_tbl_map_single", "slots", "a bounce behind an IOMMU"),
        ("dma_map_page_attrs;[unknown]", "rest", "what has no name")):
    tap.equal(samples.class_of_stack(stack), name, words)

GOOD = {"tool": "samples", "by": "perf", "event": "cycles", "hz": 997, "load_s": 2, "samples": 90,
        "idle": 40, "stacks": {STOCK: 2, STOCK + ";swiotlb_bounce": 3}}
with tempfile.TemporaryDirectory() as folder:
    def read(told):
        """What is read of a raw file; why not, where it is damaged."""
        with open(folder + "/raw.json", "w") as file:
            file.write(told if isinstance(told, str) else json.dumps(told))
        try:
            return samples.read(folder + "/raw.json")
        except raw_files.Damaged as error:
            return str(error)

    found = read(GOOD)
    tap.equal((found["inside"], found["classes"]),
              (5, {"api": 0, "translation": 2, "slots": 0, "copy": 3, "rest": 0}), "classes add up")
    for words, told in (("another file", {"tool": "packets"}), ("a part", dict(GOOD, idle=None)),
                        ("other numbers", dict(GOOD, stacks={"x": "y"})), ("a list", "[]"),
                        ("other stacks", dict(GOOD, stacks=[1]))):
        tap.ok(isinstance(read(told), str), f"{words} is damaged", read(told))
    tap.has(read('{"tool": "samp'), "damaged or cut short", "so is one cut short")
sys.exit(tap.done())
