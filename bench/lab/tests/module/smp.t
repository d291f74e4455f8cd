#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Every test of the module in a PV dom0, with two CPUs.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/tests/two-cpus bench/lab/lab run xen-dom0 --smp 2 --with mptsas --timeout 3000 -- bench/lab/guest/run-tests \
	--limit 500 impl/tests/guest/*.t
