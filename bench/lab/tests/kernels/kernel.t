#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Module and tracing tools on the kernel named by KERNEL, on real Xen in a PV dom0, one boot.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --with mptsas --kernel "${KERNEL:?name a kernel}" --timeout 5400 -- \
	bench/lab/guest/run-tests --limit 900 impl/tests/guest/*.t \
	traces/tests/guest/{bounces,compiler,xswbounce,nobtf,module,trouble,scripts}.t
