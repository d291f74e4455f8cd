#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a dom0 started with swiotlb=force: scattered memory is not what its bounces are due to, and no run of
# the defragmenter would end them. So none of them is called a straddle, and none starts one.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"

defrag_in
ok $? 'the module loads'
wire
ok $? 'the cards hear each other'
scatter
frames=$(word_of frames "$(memory)")
at_most "$(share_of_order 3 contiguity)" 900 'memory is scattered'
set_to background 1
traffic 8
at_least "$bounces" 1000 'every buffer bounces'
is "$(value straddles)" 0 'none because of scattered memory'
is "$(value passes)" 0 'so nothing runs in the background'
set_to background 0

begin_traffic
$doctor --json 3 >/tmp/doctor.json
is $? 0 'the doctor finds nothing that the defragmenter could do'
end_traffic
jq -c 'del(.hot)' /tmp/doctor.json | sed 's/^/# /'
is "$(jq .straddles /tmp/doctor.json)" 0 'it counts no straddle either'
is "$(jq -r .verdict /tmp/doctor.json)" scattered 'but that memory is scattered it says'

begin_traffic
"$top/build/traces/xswbounce" --json 3 >/tmp/verdict.json
end_traffic
jq -c . /tmp/verdict.json | sed 's/^/# /'
like "$(jq -r '[.. | strings | select(test("swiotlb=force"))][0]' /tmp/verdict.json)" 'swiotlb=force' \
	'xswbounce names what makes them bounce'
is_consistent 'in the end'
unwire
defrag_out
ok $? 'the module goes'
done_testing
