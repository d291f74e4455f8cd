#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the defragmenter and the doctor say in a scattered PV dom0 in which every mapping is made to bounce.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --set dom0_mem=1G --set kernel_args=swiotlb=force --without nic-pair \
	--without nvme --without usb-disk --with e1000e-pair --timeout 900 -- \
	bench/lab/guest/run-tests --limit 800 impl/tests/guest/contiguity/forced.t
