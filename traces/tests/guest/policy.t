#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# xswbounce and the other tools where the kernel's policy forbids: capabilities taken away, and the
# lockdown, set at run time or, as this machine was booted, before. Each line of the table in
# traces/README.md is printed as it was found. What a lockdown forbids stays forbidden: the last test
# of a boot.
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh
. traces/tests/tool.sh

lockdown=/sys/kernel/security/lockdown
mountpoint -q /sys/kernel/security || mount -t securityfs none /sys/kernel/security

level()
{
	sed 's/.*\[\(.*\)\].*/\1/' $lockdown
}

# The commands that look at the machine, each with what it needs to end soon.
commands=(verdict top latency sizes stacks leaks full exchange record watch)
arguments()
{
	case $1 in
	top | latency | sizes) echo 0.5 1 ;;
	record) echo -o "$out/rec" 1 ;;
	watch) echo -o "$out/watch" 1 ;;
	*) echo 1 ;;
	esac
}

# what PREFIX...: of each command its exit status, and in how many ways they explain themselves.
said()
{
	local command

	for command in "${commands[@]}"; do
		# shellcheck disable=SC2046 # arguments
		"$@" $x "$command" $(arguments "$command") >"$out/said.$command" 2>"$out/err.$command"
		echo $?
	done | tr '\n' ' ' | sed 's/ $//'
}

# cell STATE TOOLS ANSWER: of the table.
cell()
{
	echo "# table: | $1 | $2 | $3 |"
}

worked='0 0 0 0 0 0 0 0 0 0'
refused='2 2 2 2 2 2 2 2 2 2'
# forbids LEVEL: everything that BPF does is refused, in one line with cause and fallback.
confidential()
{
	is "$(said env)" "$refused" "$1: every command refuses"
	is "$(cat "$out"/err.* | sort -u)" \
		"xswbounce: the kernel lets this process load no BPF programs (Invalid argument): it is locked down (confidentiality); use perf/stat instead, which counts without" \
		"$1: in one line that names the lockdown, and what counts without"
	complains "$1: bounces names it too" 2 'locked down \(confidentiality\).*perf/stat' traces/tracefs/bounces -s 1
	passes "$1: perf/stat counts" traces/perf/stat 1
	cell "lockdown=confidentiality" xswbounce "status 2, names it and perf/stat"
	cell "lockdown=confidentiality" tracefs/bounces "status 2, names it and perf/stat"
	cell "lockdown=confidentiality" perf/stat works
}

if [ "$(level)" = confidentiality ]; then
	confidential 'booted so'
	done_testing
fi
when='all rights'
[ "$(level)" != integrity ] || when='lockdown=integrity'
is "$(said env)" "$worked" "$when: every command works"
cell "$when" xswbounce works
cell "$when" tracefs/bounces "$(traces/tracefs/bounces -s 1 >/dev/null && echo works)"

without=(setpriv '--bounding-set=-bpf,-perfmon,-sys_admin')
is "$(said "${without[@]}")" '0 0 2 2 2 2 2 2 2 2' \
	'without CAP_BPF: verdict and top count by tracefs, the others refuse'
is "$(cat "$out"/err.* | grep -v 'own cost' | sort -u)" \
	"xswbounce: the kernel lets this process load no BPF programs (Operation not permitted): it lacks the capability CAP_BPF: only bounced mappings are counted, by tracefs; not seen are direct ones, copies back at unmap and sync, failures, exchanges and time
xswbounce: the kernel lets this process load no BPF programs (Operation not permitted): it lacks the capability CAP_BPF; use tracefs/bounces instead, which counts without" \
	'in one line that names the capability, and what counts without'
passes 'without CAP_BPF: bounces counts' "${without[@]}" traces/tracefs/bounces -s 1
cell 'without CAP_BPF' 'xswbounce, top' 'by tracefs, says what is not seen'
cell 'without CAP_BPF' 'other commands' 'status 2, names the capability and tracefs/bounces'
cell 'without CAP_BPF' tracefs/bounces works

if [ "$(level)" = none ]; then
	echo integrity >$lockdown
	is "$(level) $(said env)" "integrity $worked" 'lockdown=integrity: every command works'
	cell lockdown=integrity xswbounce works
	cell lockdown=integrity tracefs/bounces "$(traces/tracefs/bounces -s 1 >/dev/null && echo works)"
fi
echo confidentiality >$lockdown
is "$(level)" confidentiality 'the kernel is locked down'
confidential 'at run time'
done_testing
