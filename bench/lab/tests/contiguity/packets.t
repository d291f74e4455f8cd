#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a packet takes before and after the defragmenter, by the instruction clock.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --icount --set idle=waits --set dom0_mem=1G --without nic-pair \
	--without nvme --without usb-disk --with e1000e-pair --timeout 3600 -- \
	bench/lab/guest/run-tests --limit 3500 impl/tests/guest/contiguity/packets.t
