#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The tracing tools without Xen.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run native --timeout 300 -- bench/lab/guest/run-tests traces/tests/guest/native/native.t
