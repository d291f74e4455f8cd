#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The recipe that counts bounces and the DMA micro-benchmark, on real Xen.
cd "$(dirname "$0")/../../.." || exit 1
exec bench/lab/lab run xen-dom0 --timeout 1200 -- bench/lab/guest/run-tests \
	traces/tests/guest/bounces.t bench/dmabench/tests/guest/*.t
