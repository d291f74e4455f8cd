#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Bounces charged to the guests that granted the pages: two PV domUs, stock and module; and the
# tracing tools and the module in a PVH domU, where nothing bounces.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0-guests --timeout 1500 -- bench/lab/guest/run-tests --limit 800 \
	traces/tests/guest/{domains,pvh}.t
