#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The tracing tools built on BPF and perf, against the bytes moved and a driver that misbehaves.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --timeout 3600 -- bench/lab/guest/run-tests --limit 900 \
	traces/tests/guest/{xswbounce,nobtf,module,record,recorder,occupancy,verdict,trouble,scripts,interrupts}.t
