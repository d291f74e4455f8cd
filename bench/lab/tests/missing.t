#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The runner does without a device that is missing, and says so.
cd "$(dirname "$0")/../../.." || exit 1
exec bench/lab/lab run native --timeout 300 --without usb-disk -- bench/lab/guest/run-tests bench/tests/guest/devices.t
