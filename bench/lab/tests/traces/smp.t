#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Calls that lie within calls, on two CPUs. Not fullload.t: under its load the emulated dom0 died where
# the kernel patched a function for a program (exc_int3), as one CPU ran it and the other patched.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/tests/two-cpus bench/lab/lab run xen-dom0 --smp 2 --timeout 600 -- \
	bench/lab/guest/run-tests traces/tests/guest/nested.t
