#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a driver still holds when it has gone: given back late it is given back right, until then the
# device is ours and the module stays; or the operator gives it up.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

pinned() { # pinned NAME: the module cannot go
	rmmod xen_swiotlb 2>/dev/null
	ok $((! $?)) "$1"
}

spare_nics
late=${nics[0]}
other=${nics[1]}
module_in pool_mb=16
for nic in "${nics[@]:0:2}"; do echo "$nic" >$control/attach; done

# ---- given back late ----
cases "$late" late
cases "$other" neighbour
unbind "$late"
is "$(state_of "$late")" 'lingering 2' 'a device whose driver left something lingers'
unbind "$other"
is "$(state_of "$other")" waiting 'one whose driver left nothing does not'
cases "$other" neighbour
pinned 'what is left keeps the module'
cases "$late" streaming
unbind "$late"
is "$(state_of "$late")" 'lingering 2' 'another driver comes and goes: it lingers still'
late unmap
is "$(state_of "$late")" 'lingering 1' 'the mapping is back'
pinned 'with one of two given back the module stays'
late free
sleep 1
is "$(state_of "$late")" waiting 'the last one given back, the device is given back too'
is "$(counter "$late" late_returns)" 2 'both are counted as late'
is "$(counter "$late" maps)" "$(counter "$late" unmaps)" 'the late unmap is counted'
is "$(counter "$late" coherent_allocs)" "$(counter "$late" coherent_frees)" 'and the late free'
unbind "$other"
is "$(pool used)" 0 'no slot is in use'
is "$(pool coherent_used_bytes)" 0 'no coherent byte either'

# ---- given up by the operator ----
cases "$late" late
unbind "$late"
is "$(state_of "$late")" 'lingering 2' 'again something is left'
pinned 'and keeps the module'
mark_log
tell $control/detach "$late"
ok $? 'its device can be detached'
like "$(new_log)" 'quarantined for good' 'which the log says'
is "$(state_of "$late")" '' 'it is not wanted any more'
at_least "$(pool quarantined)" 2 'its slots are quarantined'
late forget

spare_nics_back
mark_log
module_out
ok $? 'the module goes'
like "$(new_log)" 'leaked [1-9][0-9]* KiB' 'and says what it leaks on purpose'
is "$(word_of m2p_wrong "$(memory)")" 0 'P2M and M2P agree'
done_testing
