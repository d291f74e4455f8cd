#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The page advises in the words of xswbounce: each sentence, and each driver, is in its source."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impl/tests"))
from tap import CHECKOUT, Tap, use  # noqa: E402

use("analysis", "analysis/report")
import answer  # noqa: E402

tap = Tap()
with open(os.path.join(CHECKOUT, "traces/xswbounce/show/advice.c")) as file:
    source = file.read()
# C joins literals that follow each other
said = ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', some))
        for some in re.findall(r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*', source)]
for reason, words in answer.ADVICE.items():
    tap.ok(words in said, f"xswbounce says the same of {reason}", words, said)
drivers = re.search(r"drivers\[\] = \{([^}]*)\}", source)
tap.equal(answer.NARROW, tuple(re.findall(r'"([^"]*)"', drivers.group(1))),
          "and knows the same drivers that are told to be narrow")
sys.exit(tap.done())
