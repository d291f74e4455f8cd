#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# More of the tracing tools on the kernel named by KERNEL, in a PV dom0: the recording, the recorder, how
# full the pool gets, what is exported.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --with mptsas --kernel "${KERNEL:?name a kernel}" --timeout 1800 -- \
	bench/lab/guest/run-tests --limit 600 \
	traces/tests/guest/{record,occupancy,confined,nested,prometheus,recorder}.t
