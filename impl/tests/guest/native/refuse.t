#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Off Xen PV the module does not load, and says why.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/../guest.sh"

# shellcheck disable=SC2119  # no parameters: the load itself is refused
like "$(refused)" 'not a Xen PV domain \(found: (native|HVM|PVH)\)' 'a load is refused with the reason'
is "$(lsmod | grep -c '^xen_swiotlb')" 0 'and leaves nothing behind'
done_testing
