#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The recipe that counts bounces, the tracing tool as the guest's own release builds it, and the DMA
# micro-benchmark, on real Xen.
# A machine that does other things as well takes several times the two minutes of a quiet one.
cd "$(dirname "$0")/../../.." || exit 1
exec bench/lab/lab run xen-dom0 --timeout 2400 -- bench/lab/guest/run-tests --limit 1000 \
	traces/tests/guest/{bounces,compiler}.t bench/dmabench/tests/guest/*.t
