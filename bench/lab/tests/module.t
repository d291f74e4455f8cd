#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The module on real Xen, in a PV dom0: every test of it, one boot.
cd "$(dirname "$0")/../../.." || exit 1
exec bench/lab/lab run xen-dom0 --timeout 1200 -- bench/lab/guest/run-tests impl/tests/guest/*.t
