#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A run that is interrupted gives everything back: processes, namespaces, devices, half results.
cd "$(dirname "$0")/../../.." || exit 1
# shellcheck source=bench/tests/tap.sh
. bench/tests/tap.sh
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# interrupt SIGNAL PATTERN: starts a run, sends the signal when its progress matches.
interrupt()
{
	local pid tries

	# a background job of a script ignores INT; setsid and env give the default back
	env --default-signal=INT bench/run --here --out "$out/run" --try-module all --seed 1 \
		--rounds 2 --seconds 30 "${@:3}" >"$out/log" 2>&1 &
	pid=$!
	for ((tries = 0; tries < 400; tries++)); do
		grep -qE "$2" "$out/log" && break
		kill -0 $pid 2>/dev/null || break
		sleep 0.2
	done
	sleep 3
	kill "-$1" $pid
	wait $pid
	status=$?
	output=$(tail -n 4 "$out/log")
	[ $status -eq 130 ]
	verdict $? "$1: status 130"
	left_nothing "$1"
}

left_nothing()
{
	local class

	output=$(pgrep -a 'fio|iperf3|ping|bounces')
	[ -z "$output" ]
	verdict $? "$1: no process is left"
	output=$(ls -A "$out")
	[ "$output" = log ]
	verdict $? "$1: no half result is left"
	output=$(ip netns list; ls /sys/kernel/tracing/instances; grep xen_swiotlb /proc/modules)
	[ -z "$output" ]
	verdict $? "$1: no namespace, tracing instance or module is left"
	output=''
	for class in /sys/bus/pci/devices/*/class; do
		case $(cat "$class") in
		0x0108* | 0x0200* | 0x0c03*) [ -e "${class%class}driver" ] || output+=$class ;;
		esac
	done
	[ -z "$output" ]
	verdict $? "$1: each device has its driver"
}

disk=$(bench/run --here --dry-run | awk '$2 == "disk" && /64-bit/ { print $1; exit }')
card=$(bench/run --here --dry-run | awk '$2 == "linked" { print $1; exit }')
interrupt TERM "on module, timed" --disk "/dev/$disk"
interrupt INT "tcp-.* on (stock|module), timed" --nic "${card%+*}"
finish
