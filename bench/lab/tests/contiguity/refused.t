#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the defragmenter is refused, in a PV dom0 to which Xen permits no exchange above order 6.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --without nic-pair --without nvme --without usb-disk \
	--set dom0_mem=1G --set 'xen_args=memop-max-order=6,6,6,6' --timeout 1900 -- \
	bench/lab/guest/run-tests --limit 1800 impl/tests/guest/contiguity/refused.t
