#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The defragmenter in a dom0 that serves a PV domU and in that domU, saved and restored meanwhile.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0-guests --without usb-disk --timeout 1500 -- \
	bench/lab/guest/run-tests --limit 1400 bench/lab/tests/guest/granted.t
