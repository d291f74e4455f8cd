# SPDX-License-Identifier: GPL-2.0-only
"""Where the time of maps, unmaps and syncs goes, by samples of stacks that a round took.

A stack begins at the DMA API's call. A sample belongs to the class of the innermost function that
has one: what a function of none calls (a lock, a counter) is of the class that called it, but what
the API itself calls so is the rest. What a compiler inlined is a part of the function it is in.
"""

import re

import raw_files

KIND = "sampled"
CLASSES = ("api", "translation", "slots", "copy", "rest")
# In this order: the first that matches a function's name. "xen_swiotlb:": the module's own.
_OF = (
    ("copy", r"swiotlb_bounce$|(__)?mem(cpy|set|move)|rep_movs|copy_(mc|page)|clear_page|"
             r"xen_swiotlb:(copy_out|zero_slots)$"),
    ("translation", r"xen_swiotlb:(xsw_op_|xsw_map_unbounced$|xsw_stock_|map_rare$|unmap_sg$|direct$)"),
    ("slots", r"xen_swiotlb:|(__)?swiotlb_|is_swiotlb"),
    ("translation", r"xen_(swiotlb|phys|bus|dma)_|(__)?iommu_|(intel|amd|arm_smmu|domain|qi|iova)_|"
                    r"(alloc|free|find|put)_iova|(__)?(alloc|free)_io_?va|(queue|fq)_(iova|flush)|"
                    r"(get_phys_to_machine|range_straddles_page_boundary|pfn_to_bfn|bfn_to_pfn)$|"
                    r"dma_pte_|cache_tag_|v[12]_(map|unmap|alloc)|iotlb_|blk_dma_iova"),
    ("api", r"(__)?dma_|debug_dma_|valid_dma_direction"),
)
OF = [(name, re.compile(pattern)) for name, pattern in _OF]
WHOLE = ("samples", "idle", "hz")


def class_of(function):
    """The class of a function by its name; None for one that any class calls."""
    return next((name for name, pattern in OF if pattern.match(function)), None)


def class_of_stack(stack):
    """The class of a stack 'outermost;...;innermost'."""
    classes = [class_of(function) for function in reversed(stack.split(";"))]
    found = next((name for name in classes if name), "rest")
    return "rest" if found == "api" and classes[0] is None else found


def read(path):
    """{by, event, hz, load_s, samples, idle, inside, classes} of a raw file. Raises Damaged."""
    raw = raw_files.read(path)
    if not isinstance(raw, dict) or raw.get("tool") != "samples" or \
            not isinstance(raw.get("stacks"), dict) or \
            not all(isinstance(raw.get(name), int) for name in WHOLE) or \
            not all(isinstance(number, int) for number in raw["stacks"].values()):
        raise raw_files.Damaged("no record of samples, or a part of one")
    classes = dict.fromkeys(CLASSES, 0)
    for stack, number in raw["stacks"].items():
        classes[class_of_stack(stack)] += number
    found = {name: raw.get(name) for name in ("by", "event", "load_s") + WHOLE}
    return dict(found, inside=sum(classes.values()), classes=classes)


def rounds_of(env, record):
    """What is told of an environment's rounds of this kind."""
    return [dict(one.get("sampled") or {}, device=one["device"], load=one["load"],
                 backend=one["backend"], force=one["force"], round=one["index"],
                 missing=(one.get("missing") or {}).get("samples"),
                 source=f"{env}/{one['samples']}" if one.get("samples") else f"{env}/run.json")
            for one in record["rounds"] if one["kind"] == KIND and one["ok"]]
