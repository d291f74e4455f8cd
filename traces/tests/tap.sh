# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# TAP for the tests of the tracing tools: is, like, bail, done_testing.

tests_run=0
tests_failed=0

verdict_of()
{
	tests_run=$((tests_run + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests_run - $2"
	else
		echo "not ok $tests_run - $2"
		tests_failed=$((tests_failed + 1))
	fi
	return "$1"
}

is()
{
	verdict_of "$([ "$1" = "$2" ]; echo $?)" "$3" ||
		printf '# got:      %s\n# expected: %s\n' "${1//$'\n'/$'\n'# }" "${2//$'\n'/$'\n'# }"
}

like()
{
	verdict_of "$([[ $1 =~ $2 ]]; echo $?)" "$3" ||
		printf '# got:      %s\n# expected: %s\n' "${1//$'\n'/$'\n'# }" "$2"
}

# Whole numbers: the first is at least the second; within N parts in a thousand of it.
at_least()
{
	verdict_of "$([ "$1" -ge "$2" ]; echo $?)" "$3" || echo "# got $1, less than $2"
}

within()
{
	local difference=$(($1 > $2 ? $1 - $2 : $2 - $1))

	verdict_of "$([ $((difference * 1000)) -le $(($2 * $3)) ]; echo $?)" "$4" ||
		echo "# got $1, not within $3/1000 of $2"
}

bail()
{
	echo "Bail out! $*"
	exit 1
}

done_testing()
{
	echo "1..$tests_run"
	exit $((tests_failed > 0))
}
