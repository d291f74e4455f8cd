#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce and the other tools where the kernel's policy forbids: capabilities taken away, and the
# lockdown, set at run time or, as this machine was booted, before. Each row of the table in
# traces/README.md is printed as it was found. What a lockdown forbids stays forbidden: the last test
# of a boot.
# shellcheck disable=SC2016,SC2317 # rows are Markdown; functions are run by others
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/tool.sh
. traces/tests/answers.sh

lockdown=/sys/kernel/security/lockdown
mountpoint -q /sys/kernel/security || mount -t securityfs none /sys/kernel/security

level()
{
	sed 's/.*\[\(.*\)\].*/\1/' $lockdown
}

# What they wrote; doctor's apart, for which no tool stands in that counts bounces.
errors()
{
	find "$out" -name 'err.*' ! -name err.doctor -exec cat {} + | grep -v 'own cost' | sort -u
}
look='load the defragmenter \(modprobe xen_swiotlb_defrag\), and read /sys/.*/xen_swiotlb_defrag/contiguity, '

worked=$(statuses 0)
refused=$(statuses 2)
by_tracefs=$(statuses 2 0 verdict 0 top)
# confidential WHEN LEFT SAYS: all that BPF does is refused, in one line with the cause and what is left;
# bounces SAYS so, too.
confidential()
{
	is "$(said env)" "$refused" "$1: every command refuses"
	is "$(errors)" \
		"xswbounce: the kernel lets this process load no BPF programs (Invalid argument): it is locked down (confidentiality)$2" \
		"$1: in one line that names the lockdown, and what is left"
	like "$(cat "$out/err.doctor")" "\(Invalid argument\): it is locked down \(confidentiality\); $look" \
		"$1: doctor names the file that tells of memory"
	complains "$1: bounces names it too" 2 "$3" traces/tracefs/bounces -s 1
}

# Booted so, a kernel has no trace event at all.
if [ "$(level)" = confidentiality ]; then
	booted='booted locked down \(confidentiality\).*io_tlb_used'
	confidential 'booted so' ', and was as it booted: no trace event is there, so no tool can count; debugfs swiotlb/io_tlb_used tells how full the pool is' \
		"$booted"
	complains 'booted so: perf/stat names it too' 2 "$booted" traces/perf/stat 1
	mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
	like "$(cat /sys/kernel/debug/swiotlb/io_tlb_used)" '^[0-9]+$' 'booted so: which can be read'
	row '`lockdown=confidentiality` from boot on' env
	done_testing
fi
when='all rights'
[ "$(level)" != integrity ] || when='`lockdown=integrity`'
is "$(said env)" "$worked" "$when: every command works"
row "$when" env

without=(setpriv '--bounding-set=-bpf,-perfmon,-sys_admin')
is "$(said "${without[@]}")" "$by_tracefs" \
	'without CAP_BPF: verdict and top count by tracefs, the others refuse'
is "$(errors)" \
	"xswbounce: the kernel lets this process load no BPF programs (Operation not permitted): it lacks the capability CAP_BPF: only bounced mappings are counted, by tracefs; not seen are direct ones, copies back at unmap and sync, failures on stock for want of room, exchanges and time
xswbounce: the kernel lets this process load no BPF programs (Operation not permitted): it lacks the capability CAP_BPF; use tracefs/bounces instead, which counts without" \
	'in one line that names the capability, and what counts without'
like "$(cat "$out/err.doctor")" "it lacks the capability CAP_BPF; $look" \
	'without CAP_BPF: doctor names the file that tells of memory'
passes 'without CAP_BPF: bounces counts' "${without[@]}" traces/tracefs/bounces -s 1
# A kernel without type information of its own.
no_types()
{
	unshare -m sh -c 'mount --bind /dev/null /sys/kernel/btf/vmlinux && exec "$@"' sh "$@"
}
is "$(said no_types)" "$by_tracefs" 'without BTF: verdict and top count by tracefs, the others refuse'
row 'a kernel without BTF' no_types
said "${without[@]}" >/dev/null
row 'without `CAP_BPF` and `CAP_PERFMON`' "${without[@]}"

if [ "$(level)" = none ]; then
	echo integrity >$lockdown
	is "$(level) $(said env)" "integrity $worked" 'lockdown=integrity: every command works'
	row '`lockdown=integrity`' env
fi
echo confidentiality >$lockdown
is "$(level)" confidentiality 'the kernel is locked down'
confidential 'at run time' '; use perf/stat instead, which counts without' \
	'locked down \(confidentiality\).*perf/stat'
passes 'at run time: perf/stat counts' traces/perf/stat 1
row '`lockdown=confidentiality`' env
done_testing
