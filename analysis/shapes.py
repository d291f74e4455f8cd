# SPDX-License-Identifier: GPL-2.0-only
"""The fields of a run's records that are read, and of which kind each is.

results/SCHEMA.md says what they mean. A shape is a kind by its name, [the shape of each element], or
{name: shape}; "name?" may be missing or null, "*" is any name.
"""

import math

import raw_files


def _number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


# kind: (whether a value is of it, in words)
KINDS = {"text": (lambda value: isinstance(value, str), "text"),
         "whole": (lambda value: isinstance(value, int) and not isinstance(value, bool),
                   "an integer"),
         "number": (_number, "a number"),
         "flag": (lambda value: isinstance(value, bool), "true or false"),
         "word": (lambda value: isinstance(value, str) or _number(value), "text or a number"),
         "any": (lambda value: True, "")}

ROUND = {"index": "whole", "backend": "text", "kind": "text", "force": "flag", "device": "text",
         "load": "text", "ok": "flag", "why?": "text", "figures?": {"*?": "number"},
         "counters?": {"source": "text", "raw?": "text", "maps?": "number", "map_bytes?": "number"},
         "missing?": {"*?": "text"}, "position?": "text", "pair?": "whole", "visit?": "whole",
         "boot?": "whole", "held?": "whole", "finding?": "flag", "verified?": "flag",
         "raw?": "text", "samples?": "text"}
DEVICE = {"id": "text", "target?": "text", "bdf?": "text", "driver?": "text", "role?": "text",
          "serial?": "text",
          "dma_mask_bits?": "whole", "settings?": {"*": {"*?": "any"}}}
# Of machine and versions any value is printed as it is.
RUN = {"run": "text", "environment": "text", "emulated": "flag", "started": "text",
       "elapsed_s?": "number", "command?": "text", "set?": "word", "seed?": "word",
       "timed_rounds?": "word", "machine": {"memory_bytes?": "number", "*?": "any"},
       "versions": {"*?": "any"}, "stock_pool?": {"bytes?": "number"}, "devices": [DEVICE],
       "left_out": [{"what?": "text", "why?": "text"}], "rounds": [ROUND],
       "dmabench?": {"raw?": "text"},
       "exchange_totals?": {"*?": {"exchanges?": "number", "bytes?": "number", "fails?": "number"}},
       "ok": "flag", "errors": ["text"]}

_PART = {"status": "text", "reason?": "text", "cure?": "text"}
BENCH = {"started?": "text", "command?": "text", "again?": "text", "host?": "text",
         "host_id?": "text", "set?": "word",
         "environments": [{"name": "text", "loads?": _PART, "instructions?": _PART,
                          "unclocked?": "text"}]}

_CELL = {"test": "text", "size": "whole", "dir": "text", "mask?": "word", "offset?": "word",
         "min_align?": "word", "reach?": "word", "depth?": "word", "threads?": "whole",
         "buffers?": "whole", "walk?": "word", "tries?": "whole", "served?": "whole",
         "direct?": "whole", "bounced?": "whole", "translated?": "whole",
         "ops": [{"op": "text", "median?": "number", "min?": "number", "p99?": "number",
                  "max?": "number"}]}
_SIDE = {"route?": "text", "copies?": "whole"}
DMABENCH = {"unit": "text", "emulated?": "flag", "machine?": {"*?": "any"},
            "device?": {"*?": {"bdf?": "text"}},
            "rows": [{"backend": "text", "hold?": {"percent": "whole", "mix?": "text",
                                                   "seed?": "whole"}, "cell": _CELL}],
            "summary?": [{"test": "text", "dir": "text", "stock?": _SIDE, "module?": _SIDE}],
            "left_out?": ["text"], "errors?": ["text"]}

COUNTS = {"cells": [{"backend": "text", "test": "text", "size": "whole", "maps": "whole",
                     "invalidations?": "number", "hypercalls?": "number"}]}


def check(what, shape, path="", name=None):
    """Raises Damaged for what has not this shape, with the first field that is wrong."""
    said = " ".join(filter(None, (path, name and f'"{name}"'))) or "it"
    inside = ".".join(filter(None, (path, name)))
    if isinstance(shape, str):
        of_kind, words = KINDS[shape]
        if not of_kind(what):
            raise raw_files.Damaged(f"{said} is not {words}")
    elif isinstance(shape, list):
        if not isinstance(what, list):
            raise raw_files.Damaged(f"{said} is not a list")
        for i, one in enumerate(what):
            check(one, shape[0], f"{inside}[{i}]")
    else:
        if not isinstance(what, dict):
            raise raw_files.Damaged(f"{said} is not an object")
        for key, part in shape.items():
            _field(what, key, part, inside)


def _field(what, key, part, path):
    name, may_lack = key.rstrip("?"), key.endswith("?")
    for one in what if name == "*" else [name]:
        if may_lack and what.get(one) is None:
            continue
        if one not in what:
            raise raw_files.Damaged(f'{path}{" " if path else ""}"{one}" is missing: incomplete')
        check(what[one], part, path, one)
