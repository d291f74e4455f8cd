#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The module on real Xen, in a PV dom0 with two CPUs: the tests that concern concurrency.
cd "$(dirname "$0")/../../.." || exit 1
mapfile -t tests < <(grep -v '^#' impl/tests/guest/concurrent)
exec bench/lab/tests/two-cpus bench/lab/lab run xen-dom0 --smp 2 --timeout 1800 -- bench/lab/guest/run-tests \
	"${tests[@]/#/impl/tests/guest/}"
