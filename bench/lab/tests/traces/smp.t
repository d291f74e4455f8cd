#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Programs on two CPUs: xswbounce top under full load, and calls that lie within calls.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --smp 2 --timeout 900 -- bench/lab/guest/run-tests --limit 400 \
	traces/tests/guest/{nested,fullload}.t
