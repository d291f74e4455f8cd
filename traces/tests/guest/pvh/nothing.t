#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In a PVH guest: the tools say that there is nothing to bounce, the module refuses to load.
cd "$(dirname "$0")/../../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/tool.sh

module=build/modules/$(uname -r)/xen_swiotlb.ko
plain='Nothing to bounce: this kernel (Xen PVH guest) has no bounce pool: it needs none, or swiotlb is switched off.'
mount -t debugfs debugfs /sys/kernel/debug

# says WHAT COMMAND...: status 0 and the one plain line, nothing else.
says()
{
	local what=$1

	shift
	is "$("$@" 2>&1; echo "status $?")" "$plain"$'\nstatus 0' "$what: nothing to bounce"
}

# says_json WHAT COMMAND...: the same as one object.
says_json()
{
	local what=$1

	shift
	"$@" >"$out/json" 2>&1
	is "$? $(wc -l <"$out/json")" '0 1' "$what: one object"
	like "$(jq -r .verdict "$out/json")" '^[Nn]othing.to.bounce' "$what: nothing to bounce"
}

is "$(dmesg | grep -c 'Booting .*kernel on Xen PVH')" 1 'the kernel is a PVH guest'"'"'s'

says 'xswbounce' $x
# shellcheck disable=SC2016 # expanded there
untold=(unshare -m sh -c 'umount -l /sys/kernel/debug && exec "$@"' sh)
says 'xswbounce, without debugfs' "${untold[@]}" $x
# shellcheck disable=SC2016 # expanded there
as_pv=(sh -c 'mount -t tmpfs none /sys/hypervisor && echo xen >/sys/hypervisor/type &&
	echo PV >/sys/hypervisor/guest_type && mount -t tmpfs none /sys/bus/pci/devices &&
	mkdir /sys/bus/pci/devices/0000:00:00.0 && exec "$@"' sh)
like "$("${untold[@]}" "${as_pv[@]}" $x; echo "status $?")" 'DMA may go to wrong memory.*status 1' \
	'as a PV domain with a PCI device, without debugfs: DMA may go to wrong memory'
says 'top' $x top 1 2
says 'top, written for Prometheus' $x top -p "$out/prom" 1 2
for command in latency sizes stacks leaks full exchange watch; do
	says "$command" $x $command 1
done
says 'record' $x record -o "$out/recording" 1
is "$(ls -A "$out")" '' 'and nothing was written'
says_json 'xswbounce --json' $x --json
says_json 'top --json' $x top --json 1 2
is "$($x -- sh -c 'echo ran; exit 7'; echo "status $?")" "$plain"$'\nran\nstatus 7' \
	'a program runs all the same, and its status is the tool'"'"'s'
says 'bounces' traces/tracefs/bounces
says_json 'bounces --json' traces/tracefs/bounces --json
is "$(traces/tracefs/bounces -- sh -c 'echo ran; exit 7'; echo "status $?")" \
	$'ran\n'"$plain"$'\nstatus 7' 'bounces: a command runs all the same'
# Small as this guest is, its kernel has no pool: the verdict off Xen, where that counts.
is "$(unshare -m sh -c "mount --bind /dev/null /sys/hypervisor/type && exec $x" 2>&1; echo "status $?")" \
	'Nothing to bounce: this kernel (no Xen) has no bounce pool: it needs none, or swiotlb is switched off.
status 0' 'xswbounce where no pool exists: nothing to bounce'
is "$(find /sys/kernel/tracing/instances -mindepth 1 | wc -l)" 0 'no tracing instance is left'

before=$(dmesg | wc -l)
insmod "$module" 2>"$out/err"
is $? 1 'the module does not load'
is "$(dmesg | tail -n "+$((before + 1))" | sed -n 's/.*xen_swiotlb: //p' | grep -v taint)" \
	'not a Xen PV domain (found: PVH)' 'it says why in one line'
is "$(lsmod | grep -c '^xen_swiotlb')" 0 'no module is left'
is "$(find /sys/devices/platform /sys/kernel/debug /sys/kernel/tracing/events /sys/bus/platform/drivers \
	-maxdepth 1 -name 'xen_swiotlb*')" '' 'nor any file of its'
done_testing
