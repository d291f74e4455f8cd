#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In dom0: takes the tools and the module into a PVH domU, as a tar archive on a disk of its own,
# and runs their test there, whose verdicts are this test's.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh

tar -c impl/tests/tap.sh traces build/traces/xswbounce "build/modules/$(uname -r)/xen_swiotlb.ko" \
	>/dev/nvme0n1 ||
	bail 'the tools and the module are not built, or do not fit the disk'
sync
exec bench/lab/guest/domu --type pvh --disk /dev/nvme0n1 --timeout 400 -- \
	sh -c 'tar -xf /dev/xvdb && exec traces/tests/guest/pvh/nothing.t'
