#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# All memory is low, and the domain's own frames are neighbours: they serve, and go on to serve
# after searches for narrower masks that found nothing.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/../guest.sh"

found() { awk '$3 == 2097152 && $7 == "found"' $debug/segments | wc -l; }

spare_nic
module_in pool_mb=16
ok $? 'the module loads'
is "$(found)" 8 'the pool is made of low frames of the domain'
is "$(pool exchanges)" 0 'without asking Xen'

echo "$nic" >$control/attach
cases "$nic" masks
unbind "$nic"
already=$(found)
exchanged=$(pool exchanged_bytes)
assembled=$(pool assembled_bytes)
want=$(($(pool bytes) + (64 << 20)))
echo $want >$control/pool_bytes
at_least "$(pool bytes)" $want 'masks of 30, 24 and 12 bits tried, the pool grows by 64 MiB'
at_least "$(found)" $((already + 32)) 'of low frames of the domain'
is "$(pool exchanged_bytes)" "$exchanged" 'Xen gave nothing for it'
is "$(pool assembled_bytes)" "$assembled" 'and nothing had to be put together'

spare_nic_back
module_out
ok $? 'the module goes'
done_testing
