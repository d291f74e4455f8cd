#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The model of upstream's scheme against the kernel's own pool, in one area.
cd "$(dirname "$0")/../../.." || exit 1
exec bench/lab/lab run xen-dom0 --timeout 200 --set 'kernel_args+=swiotlb=32768,1' -- \
	bench/lab/guest/run-tests impl/tests/upstream/upstream.t
