#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The defragmenter in a PV domU with two 64-bit network cards passed through; then in a dom0 that serves
# a domU by those cards and a disk, and in that domU, which is saved and restored meanwhile.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0-passthrough --without usb-disk --with e1000e-pair \
	--set 'slots=7 6 8 9' --timeout 5400 -- bench/lab/guest/run-tests --limit 2700 \
	bench/lab/tests/guest/contiguity.t bench/lab/tests/guest/granted.t
