#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# How long a cure lasts in a PV dom0 in which a kernel's modules are built, and what wears it out.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --without nic-pair --without nvme --without usb-disk --with e1000e-pair \
	--timeout 1900 -- bench/lab/guest/run-tests --limit 1800 impl/tests/guest/contiguity/wear.t
