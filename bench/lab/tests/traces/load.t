#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce top under full load, what it writes for Prometheus, a device that Xen PV made
# narrow, and the flight recorder as its unit confines it.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --with mptsas --timeout 900 -- bench/lab/guest/run-tests --limit 400 \
	traces/tests/guest/{prometheus,narrow,confined,fullload}.t
