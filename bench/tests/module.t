#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# When the kernel refuses the module the runner says why and what to do.
# shellcheck disable=SC2317  # functions that are called by name
cd "$(dirname "$0")/../.." || exit 1
. impl/tests/tap.sh
checkout=$PWD
. bench/lib/backend.sh

# What the kernel's log would end with.
dmesg()
{
	echo "$kernel_log"
}

explains()
{
	kernel_log=$2
	expect "$1" 0 "$4" module_explain /x/xen_swiotlb.ko "$3"
}

explains 'a key the machine does not know' '' \
	"insmod: ERROR: could not insert module x.ko: Key was rejected by service" \
	'for its signature \(Secure Boot or lockdown is on\): sign it'
explains 'a signature that is missing' '' \
	"insmod: ERROR: could not insert module x.ko: Required key not available" 'for its signature'
explains 'lockdown, which only the log tells' \
	'[ 9.1] Lockdown: insmod: unsigned module loading is restricted; see man kernel_lockdown.7' \
	'insmod: ERROR: could not insert module x.ko: Operation not permitted' 'for its signature'
explains 'a module of another kernel' '' \
	'insmod: ERROR: could not insert module x.ko: Invalid module format' "build it again"
explains "the module's own refusal" \
	'[ 9.1] xen_swiotlb: not a Xen PV domain (found: HVM)' \
	'insmod: ERROR: could not insert module x.ko: No such device' \
	'not a Xen PV domain \(found: HVM\)'
explains 'an older complaint is not taken for the reason' \
	'[ 1.1] xen_swiotlb: no memory below 2^32' \
	'insmod: ERROR: could not insert module x.ko: Invalid module format' 'does not fit kernel'
done_testing
