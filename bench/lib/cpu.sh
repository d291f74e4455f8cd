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

vcpu_missing=''

# Why Xen's own account of our time can't be had, once for the run.
vcpu_detect()
{
	if ! machine_is_xen; then
		vcpu_missing='not a Xen domain'
	elif [ "$domain" != dom0 ]; then
		vcpu_missing='no toolstack in this domain'
	elif ! command -v xl >/dev/null || [ ! -S /run/xenstored/socket ]; then
		vcpu_missing='the Xen toolstack does not run'
	elif [ -z "$(vcpu_tenths)" ]; then
		vcpu_missing='xl vcpu-list does not answer'
	fi
}

# Seconds all vCPUs of this domain have run, in tenths, as Xen accounts them.
vcpu_tenths()
{
	timeout -k 1 5 xl vcpu-list 0 2>/dev/null |
		awk 'NR > 1 && $6 ~ /^[0-9.]+$/ { t += $6; n++ } END { if (n) printf "%d\n", t * 10 + 0.5 }'
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
