#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The module, the runner and the tracing tools on real Xen: every test for a PV dom0, one boot.
cd "$(dirname "$0")/../../.." || exit 1
exec bench/lab/lab run xen-dom0 --timeout 1200 -- bench/lab/guest/run-tests \
	impl/tests/guest/*.t traces/tests/guest/*.t bench/tests/guest/*.t
