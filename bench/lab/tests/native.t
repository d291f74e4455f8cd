#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Without Xen the module refuses to load.
cd "$(dirname "$0")/../../.." || exit 1
exec bench/lab/lab run native --timeout 300 -- bench/lab/guest/run-tests impl/tests/guest/native/*.t
