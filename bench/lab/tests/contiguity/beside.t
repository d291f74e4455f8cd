#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The defragmenter in a PV dom0 of 1 GiB: its guards, widths, the operator's runs and the background's,
# beside a domain that balloons all the while.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --set dom0_mem=1G --without nic-pair --without nvme --without usb-disk \
	--with e1000e-pair --timeout 2400 -- bench/lab/guest/run-tests --limit 800 \
	impl/tests/guest/contiguity/{sweep,width,guards,operator,balloon}.t
