# SPDX-License-Identifier: GPL-2.0-only
# CPU cost of a round: time by the kernel's account, by Xen's, and cycles where there is a PMU.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

# Sets user_ticks and system_ticks, the machine's CPU time in hundredths of a second; interrupts
# are among the system's.
cpu_ticks_read()
{
	local _ user nice system idle iowait irq softirq

	read -r _ user nice system idle iowait irq softirq _ <"$procfs/stat"
	user_ticks=$((user + nice)) system_ticks=$((system + irq + softirq))
}

vcpu_missing='' vcpu_tool=''

# Sets what asks Xen for its own account of our time, or why that can't be had; once for the run.
vcpu_detect()
{
	local why

	if ! machine_is_xen; then
		vcpu_missing='not a Xen domain'
	elif why=$(xentime_prepare 2>&1); then
		vcpu_tool=xentime
	elif [ "$domain" = dom0 ] && [ -S /run/xenstored/socket ] && [ -n "$(vcpu_by_xl)" ]; then
		vcpu_tool=xl
	else
		vcpu_missing=$(tail -n 1 <<<"$why")
	fi
}

# Where xentime is: in build/, or, where that can't be written to, beside the run.
xentime_find()
{
	xentime=$checkout/build/xentime/xentime
	[ -x "$xentime" ] || xentime=$work/xentime/xentime
}

xentime_prepare()
{
	local xentime out

	xentime_find
	if [ ! -x "$xentime" ]; then
		if ! command -v make >/dev/null || ! command -v "${CC:-cc}" >/dev/null; then
			echo 'xentime is not built, and there is no compiler: apt-get install gcc make'
			return 1
		fi
		out=$checkout/build/xentime
		mkdir -p "$out" 2>/dev/null && [ -w "$out" ] || out=$work/xentime
		make -s -C "$bench_dir/xentime" out="$out" || return
	fi
	[ -e "$devfs/xen/privcmd" ] || modprobe xen-privcmd || return
	[ -n "$(vcpu_by_xentime)" ]
}

# Nanoseconds all vCPUs of this domain have run, as Xen accounts them; empty: no answer.
vcpu_ns()
{
	"vcpu_by_$vcpu_tool"
}

# What they ran since vcpu_ns said $1, or null.
vcpu_since()
{
	local now

	now=$(vcpu_ns 2>/dev/null)
	if [ -n "$1" ] && [ -n "$now" ]; then
		echo $((now - $1))
	else
		echo null
	fi
}

vcpu_by_xentime()
{
	local xentime

	xentime_find
	timeout -k 1 5 "$xentime"
}

# The toolstack's word, in tenths of a second: dom0 only.
vcpu_by_xl()
{
	timeout -k 1 5 xl vcpu-list 0 2>/dev/null |
		awk 'NR > 1 && $6 ~ /^[0-9.]+$/ { t += $6; n++ } END { if (n) printf "%.0f\n", t * 1e9 }'
}

cycles_missing=''

# Why cycles can't be counted, once for the run.
cycles_detect()
{
	if [ "$pmu" != true ]; then
		cycles_missing='no cycles: this machine offers no PMU'
	elif ! command -v perf >/dev/null; then
		cycles_missing='no cycles: perf is not installed'
	fi
}

# Makes command[] count the whole machine's cycles into file $1: counting, without sampling.
cycles_begin()
{
	[ -n "$cycles_missing" ] ||
		command=(perf stat -a -x ";" -e cycles -o "$1" -- "${command[@]}")
}

# The number counted, over all kinds of CPU, or null: a counter that did not run all the time tells no number.
cycles_take()
{
	awk -F ';' '
		$3 ~ /cycles/ && $1 ~ /^[0-9]+$/ { n += $1 }
		$3 ~ /cycles/ && $1 !~ /^[0-9]+$/ { bad = 1 }
		END { if (n == "" || bad) print "null"; else printf "%.0f\n", n }' "$1" 2>/dev/null || echo null
}
