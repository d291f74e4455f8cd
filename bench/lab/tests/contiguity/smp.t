#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The first part of dom0.t with two CPUs, and that both are visited.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/tests/two-cpus bench/lab/lab run xen-dom0-guests --smp 2 --without nic-pair --without usb-disk \
	--without domu-root --with e1000e-pair --timeout 2700 -- bench/lab/guest/run-tests --limit 2600 \
	impl/tests/guest/contiguity/dom0.t impl/tests/guest/contiguity/cpus.t
