#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the defragmenter leaves Xen of its large free blocks, where dom0's memory lies below them.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0-guests --without nic-pair --without nvme --without usb-disk --without domu-root \
	--timeout 1500 -- bench/lab/guest/run-tests --limit 1400 impl/tests/guest/contiguity/floor.t
