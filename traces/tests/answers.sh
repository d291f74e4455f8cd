# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables of the test
# What each tool answers in the state that a test has made: rows of the table in traces/README.md.

# The commands that look at the machine, each with what it needs to end soon.
commands=(verdict top doctor latency sizes stacks leaks full exchange record watch occupancy)
arguments()
{
	case $1 in
	top | latency | sizes | occupancy) echo 0.5 1 ;;
	record) echo -o "$out/rec" 1 ;;
	watch) echo -o "$out/watch" 1 ;;
	*) echo 1 ;;
	esac
}

# said PREFIX...: of each command its exit status, and in how many ways they explain themselves.
said()
{
	local command

	for command in "${commands[@]}"; do
		# shellcheck disable=SC2046,SC2086 # arguments; one command
		"$@" $x "$command" $(arguments "$command") >"$out/said.$command" 2>"$out/err.$command"
		echo $?
	done | tee "$out/statuses" | tr '\n' ' ' | sed 's/ $//'
}

# statuses REST [STATUS COMMAND]...: what said prints where these commands end so, and all others with
# REST.
statuses()
{
	local rest=$1 command
	local -A of=()

	shift
	while [ $# -gt 0 ]; do
		of[$2]=$1
		shift 2
	done
	for command in "${commands[@]}"; do
		echo "${of[$command]:-$rest}"
	done | paste -sd ' '
}

# word STATUS OUTPUT: in short, what a tool that ended so has done.
word()
{
	case $1 in
	0)
		if grep -q 'counted, by tracefs' "$2"; then
			echo 'count by tracefs'
		elif grep -q 'Nothing to bounce' "$2"; then
			echo 'say: nothing to bounce'
		else
			echo work
		fi
		;;
	1) echo 'warn, status 1' ;;
	*) echo refuse ;;
	esac
}

# row STATE PREFIX...: after said PREFIX...; one word where all others agree, else each.
row()
{
	local state=$1 i=0 status answers=() rest bounces stat

	shift
	while read -r status; do
		cat "$out/said.${commands[i]}" "$out/err.${commands[i]}" >"$out/both"
		answers+=("$(word "$status" "$out/both")")
		i=$((i + 1))
	done <"$out/statuses"
	rest=$(printf '%s\n' "${answers[@]:3}" | sort -u | paste -sd / | sed 's|/| / |g')
	"$@" traces/tracefs/bounces -s 1 >"$out/both" 2>&1
	bounces=$(word $? "$out/both")
	"$@" traces/perf/stat 1 >"$out/both" 2>&1
	stat=$(word $? "$out/both")
	echo "# row: | $state | ${answers[0]} | ${answers[1]} | ${answers[2]} | $rest | $bounces | $stat |"
}
