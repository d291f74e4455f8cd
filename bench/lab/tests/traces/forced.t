#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The tracing tools on a native kernel whose every mapping bounces.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run native-swiotlb --timeout 400 -- bench/lab/guest/run-tests --limit 300 \
	traces/tests/guest/forced.t
