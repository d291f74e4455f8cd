# SPDX-License-Identifier: GPL-2.0-only
# Progress, the errors of a run, and the way out: nothing stays behind, however a run ends.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the other files of bench/run

errors=()
child=''
started_s=$SECONDS tenths_done=0

# A line in place on a terminal, lines else: step, elapsed time, estimate of what is left.
progress()
{
	local elapsed=$((SECONDS - started_s)) left

	left=$(((tenths_total - tenths_done) / 10))
	# once a good part is done, this machine's own speed corrects the estimate
	if [ $tenths_done -gt 100 ] && [ $((tenths_done * 10)) -gt "$tenths_total" ]; then
		left=$((left * elapsed * 10 / tenths_done))
	fi
	if [ -t 2 ]; then
		printf '\r\033[K[%d/%d] %s, %s left: %s' "$1" ${#steps[@]} "$(minutes $elapsed)" \
			"$(minutes $left)" "$2" >&2
	else
		printf '[%d/%d] %s, %s left: %s\n' "$1" ${#steps[@]} "$(minutes $elapsed)" \
			"$(minutes $left)" "$2" >&2
	fi
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

# Runs a command in a session of its own under a deadline. Standard output goes to file $2.
# Waiting in the background lets a signal be served at once.
run_inner()
{
	local deadline=$1 out=$2 status

	shift 2
	setsid timeout -k 5 "$deadline" "$@" </dev/null >"$out" 2>"$work/stderr" &
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

cleanup()
{
	local status=$?

	trap '' INT TERM HUP
	trap - EXIT
	child_end
	nics_release_all
	counters_end
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
