# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For tests in dom0 whose work is done by a test inside a PV domU, with devices passed through.

. impl/tests/tap.sh

modules=build/modules/$(uname -r)
# shellcheck disable=SC2034 # for the tests that source this
nvme=$(basename "$(readlink -f /sys/class/nvme/nvme0/device)")
# shellcheck disable=SC2034
usb=$(readlink -f /sys/block/sda | grep -oE '[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]' | tail -n 1)

xen_tools=(/usr/lib/xen-*/bin)
export PATH=${xen_tools[0]}:$PATH
domu_limit=350 # seconds that the test in it may take

# domu_begin TEST OPTIONS...: runs the test in a domU of its name, in the background.
domu_begin()
{
	test=$1
	domu_name=$(basename "$test" .t)
	shift
	bench/lab/guest/domu --name "$domu_name" --timeout $((domu_limit + 50)) "$@" \
		--src impl/tests/tap.sh --src impl/tests/guest/guest.sh --src "$test" \
		--src bench/lab/guest/run-tests --src "$modules/xen_swiotlb.ko" \
		--src "$modules/tests/xsw_p2mcheck.ko" --src "$modules/tests/xsw_cases.ko" \
		-- bench/lab/guest/run-tests --limit $domu_limit "$test" >"$work/said" 2>&1 &
	domu=$!
}

# They tell each other by data/step in xenstore.
home() { echo "/local/domain/$(xl domid "$domu_name" 2>/dev/null)"; }
step() { xenstore-write "$(home)/data/step" "$1"; }

# await STEP [SECONDS]: the domU's word
await()
{
	local try

	for ((try = 0; try < ${2:-200}; try++)); do
		[ "$(xenstore-read "$(home)/data/step" 2>/dev/null)" != "$1" ] || return 0
		sleep 1
	done
	return 1
}

save_and_restore()
{
	passes 'xl saves the domU' timeout 200 xl save "$domu_name" "$work/image"
	passes 'xl restores it' timeout 200 xl restore -e "$work/image"
	rm -f "$work/image"
	step restored
}

# domu_end: the test's verdict is ours, what it said a subtest.
domu_end()
{
	local status=0

	wait "$domu" || status=$?
	sed 's/^/    /' "$work/said"
	ok $status "$test in a domU"
	at_least "$(grep -cE '^ +ok ' "$work/said")" 10 'its checks were run'
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[[ $nvme == *:* ]] || bail 'no NVMe disk'
[ -f "$modules/xen_swiotlb.ko" ] || bail "no module: build it with 'lab chroot -- make module'"
