#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The runner on a real Xen host whose one disk and one card are in use.
cd "$(dirname "$0")/../../.." || exit 1
exec bench/lab/lab run xen-dom0 --without nvme --without usb-disk --timeout 600 -- \
	bench/lab/guest/run-tests --limit 400 bench/tests/guest/inuse.t
