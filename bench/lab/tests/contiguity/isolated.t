#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The defragmenter in a PV dom0 with two CPUs, one of which is isolated.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/tests/two-cpus bench/lab/lab run xen-dom0 --smp 2 --set dom0_mem=1G --set kernel_args=isolcpus=1 \
	--without nic-pair --without nvme --without usb-disk --timeout 600 -- \
	bench/lab/guest/run-tests --limit 400 impl/tests/guest/contiguity/cpus.t
