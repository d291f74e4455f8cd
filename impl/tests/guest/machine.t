#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A machine mapping (PFN == MFN, an I/O PTE) reads a device's BAR as the kernel's own does.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

nvme=$(find_nvme)
nic=$(find_nics | head -n 1)
[ -n "$nvme" ] || bail 'no NVMe disk'
driver=$(driver_of "$nic")

module_in pool_mb=4
mark_log
tell $debug/selftest "$nvme 0"
ok $? 'the first BAR of the NVMe is mapped'
ours=$(new_log | sed -n 's/.*selftest: .* reads \(0x[0-9a-f]*\)$/\1/p')
like "$ours" '^0x[0-9a-f]{8}$' 'and its first word read'
is "$([ "$ours" = 0xffffffff ] || [ "$ours" = 0x00000000 ] && echo empty)" '' 'which is a word of a device'

unbind "$nic"
cases "$nic" word
kernels=$(new_log | sed -n 's/.*xsw_cases: word \(0x[0-9a-f]*\)$/\1/p')
mark_log
echo "$nic 0" >$debug/selftest
ours=$(new_log | sed -n 's/.*selftest: .* reads \(0x[0-9a-f]*\)$/\1/p')
is "$ours" "$kernels" 'the network card'"'"'s first word is the one that the kernel reads'
cases_end "$nic"
bind "$nic" "$driver"

refuses $debug/selftest "$nvme 5" 'a BAR that is not there is refused'
refuses $debug/selftest "ffff:00:00.0 0" 'a device that is not there too'
rmmod xsw_cases
module_out
done_testing
