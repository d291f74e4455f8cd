# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# TAP for every test written in shell, wherever in the tree: it uses nothing, and all may use it.
#
#	. impl/tests/tap.sh
#	is "$(wc -l <"$out/table")" 3 'a line for each device'
#	expect 'an unknown option is refused' 2 'unknown option' traces/tracefs/bounces --frobnicate
#	done_testing
#
# A check takes what was got, what was expected, and its name; where it runs a command, that comes
# last and the name first. One that fails shows both and lets the test go on; done_testing prints
# the plan and exits with 1 if one failed. All of it may run under set -euo pipefail.

tap_run=0
tap_failed=0

# tap_show LABEL TEXT: as a comment, the first lines of it.
tap_show()
{
	printf '%-9s %s\n' "$1:" "$2" | sed -n '1,40s/^/# /p'
}

# ok STATUS NAME [GOT [EXPECTED]]: passes if STATUS is 0.
ok()
{
	tap_run=$((tap_run + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_run - $2"
		return
	fi
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_run - $2"
	tap_show got "${3-status $1}"
	tap_show expected "${4-status 0}"
}

# is GOT EXPECTED NAME: the same text.
is()
{
	ok "$([ "$1" = "$2" ]; echo $?)" "$3" "$1" "$2"
}

# like GOT REGEX NAME: the text as a whole matches, '^' is its beginning.
like()
{
	ok "$([[ $1 =~ $2 ]]; echo $?)" "$3" "$1" "a match of $2"
}

# at_least GOT LEAST NAME, at_most GOT MOST NAME: whole numbers.
at_least()
{
	ok "$([ "$1" -ge "$2" ]; echo $?)" "$3" "$1" "$2 at least"
}

at_most()
{
	ok "$([ "$1" -le "$2" ]; echo $?)" "$3" "$1" "$2 at most"
}

# within GOT EXPECTED PARTS NAME: whole numbers, no farther apart than so many thousandths.
within()
{
	ok "$( ((($1 > $2 ? $1 - $2 : $2 - $1) * 1000 <= $2 * $3)); echo $?)" "$4" \
		"$1" "$2, within $3/1000"
}

# passes NAME COMMAND...: the command succeeds.
passes()
{
	local name=$1 status=0 said

	shift
	said=$("$@" 2>&1) || status=$?
	ok $status "$name" "status $status, $said" "status 0 of $*"
}

# expect NAME STATUS REGEX COMMAND...: this status, and a line of either stream matches; with
# '!REGEX' none does.
expect()
{
	local name=$1 want="$2 0" regex=$3 status=0 found=0 said

	shift 3
	said=$("$@" 2>&1 </dev/null) || status=$?
	grep -qE -- "${regex#!}" <<<"$said" || found=$?
	[[ $regex != !* ]] || want="${want% *} 1"
	ok "$([ "$status $found" = "$want" ]; echo $?)" "$name" \
		"status $status, $said" "status ${want% *}, a line with $regex"
}

# complains NAME STATUS REGEX COMMAND...: this status, and one line on stderr, which matches.
complains()
{
	local name=$1 want="$2, 1 line" regex=$3 status=0 said

	shift 3
	said=$("$@" 2>&1 >/dev/null) || status=$?
	status="$status, $(wc -l <<<"$said") line"
	ok "$([[ $status = "$want" && $said =~ $regex ]]; echo $?)" "$name" \
		"status $status: $said" "status $want: $regex"
}

# bail WORDS...: what the test itself needs is not there.
bail()
{
	echo "Bail out! $*"
	exit 1
}

# A test without a check has failed, too.
done_testing()
{
	echo "1..$tap_run"
	exit $((tap_failed > 0 || tap_run == 0))
}
