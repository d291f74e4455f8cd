#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Module and tracing tools on the kernel named by KERNEL, on real Xen in a PV dom0, one boot.
#
# The tests know the tool by its usual place: there its build for this kernel's release is put.
cd "$(dirname "$0")/../../../.." || exit 1
# shellcheck disable=SC2016 # expanded in the guest
exec bench/lab/lab run xen-dom0 --with mptsas --timeout 3600 -- bash -c '
	mount --bind "build/traces/$1/xswbounce" build/traces/xswbounce &&
		exec bench/lab/guest/run-tests --limit 600 "${@:2}"' kernel.t \
	"${KERNEL:?name a kernel}" impl/tests/guest/*.t \
	traces/tests/guest/{bounces,xswbounce,nobtf,module,trouble,scripts}.t
