#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The runner on real Xen, interrupted and killed: it gives all back, and is taken up.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --timeout 3000 -- bench/lab/guest/run-tests --limit 1200 \
	bench/tests/guest/{interrupt,resume}.t
