#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The tracing tools under the policy of the kernel named by KERNEL, and in guests of other kinds: each
# answers what the table in traces/README.md says.
cd "$(dirname "$0")/../../../.." || exit 1
# shellcheck source=impl/tests/tap.sh
. impl/tests/tap.sh
# shellcheck source=bench/lab/tests/policy.sh
. bench/lab/tests/policy.sh

booted 'capabilities and lockdown' traces/tests/guest/policy.t xen-dom0 --kernel "${KERNEL:?name a kernel}"
booted 'other kinds of guests' traces/tests/guest/forced.t native-swiotlb --kernel "$KERNEL"
at_least "$(sort -u "$rows" | wc -l)" 8 'rows'
is "$(sort -u "$rows" | grep -vxFf <(written))" '' "each row is one of the table's on Linux $KERNEL, too"
done_testing
