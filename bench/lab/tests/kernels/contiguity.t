#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The defragmenter and the doctor on the kernel named by KERNEL, in a PV dom0 with two 64-bit cards.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --kernel "${KERNEL:?name a kernel}" --without nic-pair --without nvme \
	--without usb-disk --with e1000e-pair --timeout 1300 -- bench/lab/guest/run-tests --limit 1200 \
	impl/tests/guest/contiguity/cure.t
