#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the tracing tools count, against what was moved, on the kernel named by KERNEL in a PV dom0.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --with mptsas --kernel "${KERNEL:?name a kernel}" --timeout 1800 -- \
	bench/lab/guest/run-tests --limit 900 traces/tests/guest/{verdict,interrupts}.t
