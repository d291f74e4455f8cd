#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The flight recorder for half an hour, while all that it is there for happens.
cd "$(dirname "$0")/../../../.." || exit 1
exec bench/lab/lab run xen-dom0 --timeout 3600 -- bench/lab/guest/run-tests --limit 3000 \
	traces/tests/guest/endure.t
