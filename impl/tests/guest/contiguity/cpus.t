#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PV domain with two CPUs: phase 2 visits those that its thread may use, and no isolated one.
# shellcheck source=impl/tests/guest/contiguity/contiguity.sh
. "$(dirname "$0")/contiguity.sh"

switch=$tracing/events/sched/sched_switch
# shellcheck disable=SC2016 # the kernel's own words
key='hist:keys=common_cpu if next_comm == "xsw_defrag"'

visited() { # on which CPUs the thread ran in a run of phase 2
	echo "$key" >"$switch/trigger"
	start_of hot
	sed -n 's/.*common_cpu: *\([0-9][0-9]*\).*/\1/p' "$switch/hist" | sort -un | paste -sd,
	echo "!$key" >"$switch/trigger"
}

cpus() { # cpus LIST: one after the other
	tr , '\n' <<<"$1" | awk -F- 'NF { for (n = $1; n <= (NF > 1 ? $2 : $1); n++) print n }'
}

mapfile -t isolated < <(cpus "$(cat /sys/devices/system/cpu/isolated)")
mapfile -t common < <(cpus "$(cat /sys/devices/system/cpu/online)" | grep -vxF -f <(printf '%s\n' "${isolated[@]:-none}"))
echo "# isolated: ${isolated[*]:-none}; others: ${common[*]}"
at_least "$(nproc --all)" 2 'there are two CPUs'
insmod "$top/build/modules/$(uname -r)/tests/xsw_scatter.ko" 2>/dev/null
frames=$(word_of frames "$(memory)")
defrag_in
ok $? 'the module loads'
thread=$(pgrep -x xsw_defrag)
taskset -pc "${common[0]}" "$thread" >/dev/null
visited >/dev/null # the first switch may be from elsewhere
is "$(visited)" "${common[0]}" 'phase 2 visits no CPU but the one that the operator lets the thread use'
is "$(taskset -pc "$thread" | sed 's/.*: //')" "${common[0]}" 'and leaves it at that'
taskset -pc "$(cat /sys/devices/system/cpu/online)" "$thread" >/dev/null
visited >/dev/null
is "$(visited)" "$(IFS=, && echo "${common[*]}")" 'let use any it visits each, but isolated ones'
is_consistent 'afterwards'
defrag_out
ok $? 'the module goes'
done_testing
