#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The defragmenter in a PV domU with two 64-bit network cards passed through.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0-passthrough --without usb-disk --with e1000e-pair \
	--set 'slots=7 6 8 9' --timeout 1300 -- bench/lab/guest/run-tests --limit 1200 \
	bench/lab/tests/guest/contiguity.t
