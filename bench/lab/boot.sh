# SPDX-License-Identifier: GPL-2.0-only
# Boots an environment, runs a command or a shell in it, tells the emulator's deaths from ours.
#
# The guest touches job/started when the command begins and writes job/status when it ended. It
# also ends the command itself when its time is over (124). So, seen from here:
#   QEMU ends, or boot_limit passes, before 'started'     the boot died: tried again, thrice
#   QEMU ends after 'started' without a status            the machine died under the command: 123
#   no status long after the command's time was over      the machine hung: 123
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared among the lab's files

boot_limit=240
boot_tries=3
poweroff_limit=30
grace=60

# Takes one of as many slots as there are CPUs: more emulators than that only make each other
# time out. Who waits stands in a queue, one lock whose holder is next. QEMU inherits the lock of
# its slot, so the slot is held for as long as it lives.
slot_take()
{
	local queue

	exec {queue}>/run/lock/xsw-lab.queue
	if ! flock -n "$queue" || ! slot_try; then
		say "waiting for a free slot: $(nproc) machines are running"
		attended TERM flock "$queue"
		until slot_try; do
			sleep 0.5
		done
		say "a slot is free"
	fi
	exec {queue}>&-
}

slot_try()
{
	local n

	for ((n = 0; n < $(nproc); n++)); do
		exec {slot}>"/run/lock/xsw-lab.slot.$n"
		! flock -n "$slot" || return 0
		exec {slot}>&-
	done
	return 1
}

# Output goes through pipes, so that QEMU neither truncates a file nor meets a closed terminal.
relay_start()
{
	mkfifo "$run/stdout" "$run/stderr"
	cat "$run/stdout" &
	relay_pids=($!)
	cat "$run/stderr" >&2 &
	relay_pids+=($!)
}

# A QEMU that failed early never opened the pipes: opening them here lets the readers end.
relay_end()
{
	[ -p "$run/stdout" ] || return 0
	: <>"$run/stdout" <>"$run/stderr"
	wait "${relay_pids[@]}" || true
	rm -f "$run/stdout" "$run/stderr"
}

qemu_start()
{
	if [ -n "$interactive" ]; then
		setpriv --pdeathsig KILL "${qemu[@]}" <&"$terminal" 2>>"$console" &
	else
		relay_start
		setpriv --pdeathsig KILL "${qemu[@]}" </dev/null >>"$console" 2>&1 &
	fi
	qemu_pid=$!
	[ -z "$verbose" ] || tail -n +1 -f --pid="$qemu_pid" "$console" >&2 &
}

# Ends QEMU where it still runs; its exit status is in $qemu_status.
# One whose virtual CPU spins inside a device never hears TERM.
qemu_end()
{
	local tries

	[ -n "$qemu_pid" ] || return 0
	kill "$qemu_pid" 2>/dev/null || true
	for ((tries = 0; tries < 50; tries++)); do
		kill -0 "$qemu_pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$qemu_pid" 2>/dev/null || true
	qemu_status=0
	wait "$qemu_pid" || qemu_status=$?
	qemu_pid=
	relay_end
}

# Waits until the guest's command and then QEMU ended. Sets $verdict: ended, dead-boot, died, hung.
qemu_watch()
{
	local start=$SECONDS limit=$((SECONDS + ${setting[boot_limit]:-$boot_limit})) phase=booting

	while kill -0 "$qemu_pid" 2>/dev/null && [ "$SECONDS" -lt "$limit" ]; do
		if [ $phase = booting ] && [ -e "$job/started" ]; then
			phase=running
			echo "lab: the command started after $((SECONDS - start)) s" >>"$console"
			limit=$((SECONDS + timeout + grace))
		elif [ $phase != ending ] && [ -e "$job/status" ]; then
			phase=ending
			limit=$((SECONDS + poweroff_limit))
		fi
		sleep 0.2
	done
	if [ -s "$job/status" ]; then
		verdict=ended
	elif [ ! -e "$job/started" ]; then
		verdict=dead-boot
	elif kill -0 "$qemu_pid" 2>/dev/null; then
		verdict=hung
	else
		verdict=died
	fi
	qemu_end
}

# What the console says of a death, the last of what is known to mean one.
console_reason()
{
	local known='soft lockup|Platform timer .*wrapped|exc_int3|Kernel panic[^[]*|double fault'

	grep -aoE "$known|lab-(init|session): .*|qemu-system.*" "$console" |
		grep -v 'is not connected to host' | tail -n 1 || true
}

# Gives the machine's logs to the out folder.
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
		die "Xen did not take spec-ctrl=eager-fpu: programs would die by chance (log: $console)"
}

# Judges one boot by $verdict: sets $status and returns true if another try is of no use.
machine_judge()
{
	local reason

	reason=$(console_reason)
	reason="${reason:+: $reason} (log: $console)"
	case $verdict in
	ended)
		xen_log_check
		status=$(cat "$job/status")
		[ ! -f "$job/reason" ] || say "$environment: $(cat "$job/reason") (log: $console)" ;;
	dead-boot)
		[ "$qemu_status" != 1 ] || die "QEMU refused to start$reason"
		say "boot $try of $boot_tries died before the command ran$reason"
		return 1 ;;
	*)
		say "the machine $verdict under the command$reason"
		status=123 ;;
	esac
}

# What machines left for their user to read goes after two days.
old_runs_remove()
{
	mkdir -p "$work/out"
	find "$work" "$work/out" "$log_dir" -mindepth 1 -maxdepth 1 -mtime +2 \
		\( -name 'run.*' -o -path "$work/out/*" -o -path "$log_dir/*" \) -exec rm -rf {} +
}

# Boots $environment and sets $status to the exit status of what ran in it.
machine_run()
{
	local try

	image_use
	run=$(mktemp -d "$work/run.XXXXXX")
	job=$run/job
	qemu_pid=
	at_exit rm -rf "$run"
	at_exit qemu_end
	old_runs_remove
	if [ -z "$out" ]; then
		out=$(mktemp -d "$work/out/$environment.XXXXXX")
	fi
	console=$log_dir/$(date +%Y%m%d-%H%M%S)-$environment.$$.log
	for ((try = 1; try <= boot_tries; try++)); do
		job_write
		initrd_use
		: >"$console"
		machine_build
		[ "$try" != 1 ] || slot_take
		qemu_start
		qemu_watch
		logs_keep
		! machine_judge || return 0
	done
	die "$environment did not boot in $boot_tries tries (log: $console)"
}

lab_run()
{
	interactive=
	[ $# -gt 0 ] || die "run: name an environment: see lab envs"
	environment_read "$1"
	options_read "${@:2}"
	[ "${#command[@]}" -gt 0 ] || die "run: name a command after --"
	timeout=${timeout:-600}
	machine_run
	exit "$status"
}

lab_shell()
{
	interactive=yes
	[ $# -gt 0 ] || die "shell: name an environment: see lab envs"
	environment_read "$1"
	options_read "${@:2}"
	[ "${#command[@]}" -eq 0 ] || die "shell takes no command: use lab run"
	[ -t 0 ] || die "shell wants a terminal: use lab run for a command"
	timeout=${timeout:-86400}
	exec {terminal}<&0
	at_exit stty "$(stty -g)"
	say "booting $1; leave with 'exit' or Ctrl-D; Ctrl-A X ends the machine at once"
	machine_run
	exit "$status"
}
