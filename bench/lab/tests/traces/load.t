#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce top under full load, and what it writes for Prometheus.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --timeout 900 -- bench/lab/guest/run-tests --limit 400 \
	traces/tests/guest/prometheus.t traces/tests/guest/fullload.t
