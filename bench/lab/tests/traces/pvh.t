#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The tracing tools and the module in a PVH domU, where nothing bounces.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0-guests --timeout 700 -- bench/lab/guest/run-tests --limit 500 \
	traces/tests/guest/pvh.t
