#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The module on real Xen, in a PV dom0 with one CPU: the tests that do not concern concurrency.
cd "$(dirname "$0")/../../.." || exit 1
mapfile -t tests < <(cd impl/tests/guest && printf '%s\n' *.t | grep -vxFf concurrent)
exec bench/lab/lab run xen-dom0 --with mptsas --timeout 1200 -- bench/lab/guest/run-tests \
	"${tests[@]/#/impl/tests/guest/}"
