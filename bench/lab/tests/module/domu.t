#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The module inside PV domUs: devices passed through at boot and later, save and restore.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0-passthrough --timeout 1300 -- bench/lab/guest/run-tests --limit 450 \
	bench/lab/tests/guest/{passed,hotplug,saved}.t
