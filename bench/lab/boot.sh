# SPDX-License-Identifier: GPL-2.0-only
# Boots an environment, runs a command or a shell in it, tells the emulator's deaths from ours.
#
# The guest touches job/started when the command begins and writes job/status when it ended. It
# also ends the command itself when its time is over (124). So, seen from here:
#   QEMU ends, or boot_limit passes, before 'started'     the boot died: tried again, thrice
#   QEMU ends after 'started' without a status            the machine died under the command: 123
#   no status long after the command's time was over      the machine hung: 123
# shellcheck shell=bash

boot_limit=240
boot_tries=3
grace=60

# Takes one of as many slots as there are CPUs: more emulators than that only make each other
# time out. QEMU inherits the lock, so the slot is held for as long as it lives.
slot_take()
{
	local n said=

	while :; do
		for ((n = 0; n < $(nproc); n++)); do
			exec {slot}>"/run/lock/xsw-lab.slot.$n"
			flock -n "$slot" && return
			exec {slot}>&-
		done
		[ -n "$said" ] || say "waiting for a free slot: $(nproc) machines are running"
		said=yes
		sleep 1
	done
}

options_read()
{
	out='' timeout='' permute='' icount='' trace='' keep='' interactive=${interactive:-}
	command=()
	while [ $# -gt 0 ]; do
		case $1 in
		--out | --timeout | --smp | --set | --without | --with | --permute | --trace)
			[ $# -ge 2 ] || die "$1 wants a value"
			option_with_value "$1" "$2"
			shift 2 ;;
		--icount) icount=yes; shift ;;
		--keep) keep=yes; shift ;;
		--verbose) verbose=yes; shift ;;
		--) shift; command=("$@"); return ;;
		*) die "unknown option '$1' (the command comes after --): see lab --help" ;;
		esac
	done
}

option_number()
{
	[[ $2 =~ ^[0-9]+$ ]] || die "$1 wants a number, not '$2'"
}

option_with_value()
{
	local list=" ${setting[devices]:-} "

	case $1 in
	--out) mkdir -p "$2" && out=$(cd "$2" && pwd) || die "cannot make the folder $2" ;;
	--timeout) option_number "$@"; timeout=$2 ;;
	--smp) option_number "$@"; setting[smp]=$2 ;;
	--permute) option_number "$@"; permute=$2 ;;
	--set) environment_override "$2" ;;
	--with) setting[devices]="${setting[devices]:-} $2" ;;
	--without)
		[[ $list == *" $2 "* ]] || die "--without: the environment has no device '$2' (it has:$list)"
		setting[devices]=${list/ $2 / } ;;
	--trace)
		[ -f "$2" ] || die "--trace: no file $2"
		trace=$(readlink -f "$2") ;;
	esac
}

job_write()
{
	rm -rf "$job"
	mkdir -p "$job"
	echo "${setting[name]}" >"$job/name"
	echo "${setting[check]:-true}" >"$job/check"
	echo "${setting[setup]:-true}" >"$job/setup"
	echo "${timeout:-600}" >"$job/timeout"
	if [ -n "$interactive" ]; then
		stty size 2>/dev/null | awk '{ print "rows", $1, "cols", $2 }' >"$job/size"
		echo "${TERM:-dumb}" >"$job/term"
	else
		printf '%s\0' "${command[@]}" >"$job/command"
	fi
}

qemu_end()
{
	[ -n "${qemu_pid:-}" ] || return 0
	kill "$qemu_pid" 2>/dev/null || true
	wait "$qemu_pid" 2>/dev/null || true
	qemu_pid=
}

# Output goes through pipes, so that QEMU neither truncates a file nor meets a closed terminal.
relay_start()
{
	mkfifo "$run/stdout" "$run/stderr"
	cat "$run/stdout" &
	relay_pids=$!
	cat "$run/stderr" >&2 &
	relay_pids+=" $!"
}

relay_end()
{
	# shellcheck disable=SC2086
	[ -z "${relay_pids:-}" ] || wait $relay_pids || true
	relay_pids=
	rm -f "$run/stdout" "$run/stderr"
}

qemu_start()
{
	if [ -n "$interactive" ]; then
		setpriv --pdeathsig KILL "${qemu[@]}" 2>>"$console" <&0 &
	else
		relay_start
		setpriv --pdeathsig KILL "${qemu[@]}" </dev/null >>"$console" 2>&1 &
	fi
	qemu_pid=$!
}

# Waits until the guest's command ends. Sets $verdict: done, dead-boot, died or hung.
qemu_watch()
{
	local start=$SECONDS limit=$((SECONDS + boot_limit)) started=

	verdict=
	while kill -0 "$qemu_pid" 2>/dev/null; do
		if [ -z "$started" ] && [ -e "$job/started" ]; then
			started=yes
			echo "lab: command started after $((SECONDS - start)) s" >>"$console"
			limit=$((SECONDS + ${timeout:-600} + grace))
			[ -z "$interactive" ] || [ -n "$timeout" ] || limit=$((SECONDS + 86400))
		fi
		if [ -e "$job/status" ] && [ -z "${ending:-}" ]; then
			limit=$((SECONDS + grace))
			local ending=yes
		fi
		[ "$SECONDS" -lt "$limit" ] || break
		sleep 0.2
	done
	if [ -s "$job/status" ]; then
		verdict=done
	elif [ ! -e "$job/started" ]; then
		verdict=dead-boot
	elif kill -0 "$qemu_pid" 2>/dev/null; then
		verdict=hung
	else
		verdict=died
	fi
	qemu_end
	[ -n "$interactive" ] || relay_end
}

console_reason()
{
	grep -aoE 'soft lockup|Platform timer .* wrapped[^:]*|exc_int3|Kernel panic[^[]*|double fault|lab-init: .*|lab-session: .*' \
		"$console" | tail -n 1 || true
}

# Gives the guest's logs to the out folder.
logs_keep()
{
	cp "$console" "$out/console.txt"
	if [ "${setting[boot]}" = xen ]; then
		grep -a '^(XEN)' "$console" >"$out/xen.txt" || true
	fi
	[ -z "$keep" ] || mv "$run"/*.img "$out/" 2>/dev/null || true
}

xen_log_check()
{
	[ "${setting[boot]}" = xen ] || return 0
	grep -aq 'PV VMs:.*EAGER_FPU' "$console" ||
		die "Xen did not take spec-ctrl=eager-fpu: user programs would die by chance (see $console)"
}

# Boots $1 and sets $status to the exit status of what ran in it.
machine_run()
{
	local try reason

	setting[name]=$1
	run=$(mktemp -d "$work/run.XXXXXX")
	at_exit rm -rf "$run"
	at_exit qemu_end
	job=$run/job
	if [ -z "$out" ]; then
		mkdir -p "$work/out"
		out=$(mktemp -d "$work/out/$1.XXXXXX")
	fi
	console=$log_dir/$(date +%Y%m%d-%H%M%S)-$1.$$.log
	slot_take
	for ((try = 1; try <= boot_tries; try++)); do
		job_write
		: >"$console"
		machine_build
		qemu_start
		[ -z "$verbose" ] || console_follow
		qemu_watch
		logs_keep
		reason=$(console_reason)
		case $verdict in
		done)
			xen_log_check
			status=$(cat "$job/status")
			[ ! -f "$job/reason" ] ||
				say "$1 is not what $lab_dir/env/$1.env says: $(cat "$job/reason") (log: $console)"
			return ;;
		dead-boot) say "boot $try of $boot_tries died before the command ran${reason:+: $reason} (log: $console)" ;;
		*)
			say "the machine $verdict under the command${reason:+: $reason} (log: $console)"
			status=123
			return ;;
		esac
	done
	die "$1 did not boot in $boot_tries tries (log: $console)"
}

console_follow()
{
	tail -n +1 -f --pid="$qemu_pid" "$console" >&2 &
}

lab_run()
{
	local status

	[ $# -gt 0 ] || die "run: name an environment: see lab envs"
	environment_read "$1"
	options_read "${@:2}"
	[ "${#command[@]}" -gt 0 ] || die "run: name a command after --"
	image_use
	initrd_use
	machine_run "$1"
	exit "$status"
}

lab_shell()
{
	local status interactive=yes

	[ $# -gt 0 ] || die "shell: name an environment: see lab envs"
	environment_read "$1"
	options_read "${@:2}"
	[ "${#command[@]}" -eq 0 ] || die "shell takes no command: use lab run"
	[ -t 0 ] || die "shell wants a terminal: use lab run for a command"
	image_use
	initrd_use
	say "booting $1; leave with 'exit' or Ctrl-D; Ctrl-A X ends the machine at once"
	machine_run "$1"
	exit "$status"
}
