#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The module in a small dom0 of a machine that has much more.
cd "$(dirname "$0")/../../.." || exit 1
exec bench/lab/lab run xen-dom0 --set dom0_mem=1G --without usb-disk --timeout 600 -- \
	bench/lab/guest/run-tests impl/tests/guest/small/*.t
