#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the doctor says of a scattered PV dom0, beside what can be counted in other ways there.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0-guests --without nic-pair --without usb-disk --without domu-root \
	--with e1000e-pair --timeout 1500 -- bench/lab/guest/run-tests --limit 1200 \
	traces/tests/guest/doctor.t
