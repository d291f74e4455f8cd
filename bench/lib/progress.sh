# SPDX-License-Identifier: GPL-2.0-only
# Progress, the errors of a run, and the way out: nothing stays behind, however a run ends.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

errors=()
child=''
started_s=$SECONDS tenths_done=0

# A line in place on a terminal, lines else: step, elapsed time, estimate of what is left.
# What runs between rounds starts no process where it can be helped: a fork in a PV domain is dear.
progress()
{
	local elapsed=$((SECONDS - started_s)) left form='[%d/%d] %s, %s left: %s\n' minutes so_far

	left=$(((tenths_total - tenths_done) / 10))
	# once a good part is done, this machine's own speed corrects the estimate
	if [ $tenths_done -gt 100 ] && [ $((tenths_done * 10)) -gt "$tenths_total" ]; then
		left=$((left * elapsed * 10 / tenths_done))
	fi
	[ ! -t 2 ] || form='\r\033[K[%d/%d] %s, %s left: %s'
	minutes_of $elapsed
	so_far=$minutes
	minutes_of $left
	# shellcheck disable=SC2059
	printf "$form" "$1" ${#steps[@]} "$so_far" "$minutes" "$2" >&2
}

progress_end()
{
	[ ! -t 2 ] || printf '\r\033[K' >&2
}

note_error()
{
	errors+=("$*")
	progress_end
	echo "run: $*" >&2
}

# Ends a run that has begun: the exit handler puts everything back.
abort()
{
	progress_end
	echo "run: $*" >&2
	exit 1
}

# Runs a command in a session of its own under a deadline of $1 seconds.
# Waiting in the background lets a signal be served at once.
run_inner()
{
	local status

	setsid timeout -k 5 "$@" </dev/null >/dev/null 2>"$work/stderr" &
	child=$!
	wait $child
	status=$?
	child=''
	return $status
}

child_end()
{
	local tries

	[ -n "$child" ] || return 0
	kill -TERM -- "-$child" 2>/dev/null
	for ((tries = 0; tries < 50; tries++)); do
		kill -0 -- "-$child" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL -- "-$child" 2>/dev/null
	child=''
}

# What a run that was killed left behind: we hold the lock, so nobody uses it.
leftovers_remove()
{
	nics_release_all
	counters_end
}

cleanup()
{
	local status=$?

	trap '' INT TERM HUP
	trap - EXIT
	child_end
	dmabench_release
	leftovers_remove
	devices_to_stock
	module_unload || status=1
	if [ -n "$work" ] && [ -d "$work" ]; then
		rm -rf "$work"
		[ $status -eq 0 ] || rmdir "$out_dir" 2>/dev/null
	fi
	exit $status
}

interrupted()
{
	progress_end
	echo "run: interrupted: giving the devices back, dropping the half result" >&2
	exit "$1"
}

cleanup_arm()
{
	trap cleanup EXIT
	trap 'interrupted 130' INT
	trap 'interrupted 130' TERM HUP
}
