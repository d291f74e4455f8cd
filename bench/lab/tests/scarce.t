#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The module where memory is scarce: a machine without memory above 4 GiB, nearly all of it dom0's.
cd "$(dirname "$0")/../../.." || exit 1
exec bench/lab/lab run xen-dom0 --set memory=2700M --set dom0_mem=2600M --without usb-disk --timeout 600 -- \
	bench/lab/guest/run-tests impl/tests/guest/scarce/*.t
