# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For tests in dom0 whose work is done by a test inside a PV domU, with devices passed through.

. impl/tests/tap.sh

modules=build/modules/$(uname -r)
# shellcheck disable=SC2034 # for the tests that source this
nvme=$(basename "$(readlink -f /sys/class/nvme/nvme0/device)")
# shellcheck disable=SC2034
usb=$(readlink -f /sys/block/sda | grep -oE '[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]' | tail -n 1)

# domu_begin TEST OPTIONS...: runs the test in a domU of its name, in the background.
domu_begin()
{
	test=$1
	shift
	bench/lab/guest/domu --name "$(basename "$test" .t)" --timeout 400 "$@" \
		--src impl/tests/tap.sh --src impl/tests/guest/guest.sh --src "$test" \
		--src bench/lab/guest/run-tests --src "$modules/xen_swiotlb.ko" \
		--src "$modules/tests/xsw_p2mcheck.ko" --src "$modules/tests/xsw_cases.ko" \
		-- bench/lab/guest/run-tests --limit 350 "$test" >"$work/said" 2>&1 &
	domu=$!
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
