#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A run that is interrupted gives everything back: processes, namespaces, devices; what it measured
# stays, to be taken up. So it does when it is killed outright, as soon as it is taken up.
cd "$(dirname "$0")/../../.." || exit 1
. impl/tests/tap.sh
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# start PATTERN OPTIONS...: starts a run, returns when its progress matches and some time passed.
start()
{
	local tries

	# a background job of a script ignores INT; setsid and env give the default back
	env --default-signal=INT bench/run --here --out "$out/run" --try-module all --seed 1 \
		--rounds 2 --seconds 30 "${@:2}" >"$out/log" 2>&1 &
	pid=$!
	for ((tries = 0; tries < 3000; tries++)); do
		grep -qE "$1" "$out/log" && break
		kill -0 $pid 2>/dev/null || break
		sleep 0.2
	done
	sleep 3
}

rounds() # how many it has measured
{
	cat "$out"/run/*.partial/rounds.jsonl | wc -l
}

# interrupt SIGNAL PATTERN OPTIONS...: starts a run, sends the signal when its progress matches.
interrupt()
{
	start "${@:2}"
	measured=$(rounds)
	kill "-$1" $pid
	wait $pid
	is $? 130 "$1: status 130"
	is "$(rounds)" "$measured" "$1: the round is not waited for"
	tail -n 4 "$out/log" | sed 's/^/# /'
	is "$(grep 'did not come back' "$out/log")" '' "$1: no device is said to be lost"
	rm -rf "$out/run"
	left_nothing "$1"
}

left_nothing()
{
	local class loose=''

	is "$(pgrep -a 'fio|iperf3|ping|bounces')" '' "$1: no process is left"
	is "$(ip netns list; ls /sys/kernel/tracing/instances
		grep -E 'xen_swiotlb|dmabench' /proc/modules)" '' \
		"$1: no namespace, tracing instance or module is left"
	for class in /sys/bus/pci/devices/*/class; do
		case $(cat "$class") in
		0x0108* | 0x0200* | 0x0c03*)
			[ -e "${class%class}driver" ] || loose+=$class
			loose+=$(grep -vx '(null)' "${class%class}driver_override") ;;
		esac
	done
	is "$loose" '' "$1: each device has its driver"
}

# dmabench is killed and can give nothing back: the run does.
dmabench_killed()
{
	start "$@"
	pkill -KILL -f dmabench/dmabench
	wait $pid
	is $? 3 'dmabench killed: status 3'
	like "$(tail -n 4 "$out/log")" 'dmabench at .* failed, status 137' 'dmabench killed: and told'
	rm -rf "$out/run"
	left_nothing 'dmabench killed'
}

disk=$(bench/run --here --dry-run | awk '$2 == "disk" && /64-bit/ { print $1; exit }')
small=$(bench/run --here --dry-run | awk '$2 == "disk" && /32-bit/ { print $1; exit }')
card=$(bench/run --here --dry-run --probe-links | awk '$2 == "linked" { print $1; exit }')
interrupt TERM "on module, timed" --disk "/dev/$disk"
interrupt INT "tcp-.* on (stock|module), timed" --nic "${card%+*}"
interrupt INT 'time the DMA API' --disk "/dev/$small" --rounds 1 --seconds 1
dmabench_killed 'time the DMA API' --disk "/dev/$small" --rounds 1 --seconds 1
done_testing
