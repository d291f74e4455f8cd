#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The defragmenter and the doctor in a PV dom0 with two 64-bit network cards; then ten minutes of churn
# with it in the background.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0-guests --without nic-pair --without usb-disk --without domu-root \
	--with e1000e-pair --timeout 5000 -- bench/lab/guest/run-tests --limit 2600 \
	impl/tests/guest/contiguity/dom0.t impl/tests/guest/contiguity/background.t
