#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A PV domU whose disk and network are dom0's passed-through devices, stock and module, one boot.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0-guests --timeout 900 -- bench/lab/guest/run-tests --limit 800 \
	bench/lab/tests/guest/served.t
