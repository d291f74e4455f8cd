#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The doctor's advice followed in a PV dom0, and ten minutes of churn with the defragmenter in the
# background.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0-guests --without nic-pair --without usb-disk --without domu-root \
	--with e1000e-pair --timeout 2700 -- bench/lab/guest/run-tests --limit 2600 \
	impl/tests/guest/contiguity/background.t
