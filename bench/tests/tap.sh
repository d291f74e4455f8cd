# SPDX-License-Identifier: GPL-2.0-only
# TAP for tests of a command: its exit status, and what it says.
# shellcheck shell=bash

tests=0 failed=0 output=''

verdict()
{
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tests - $2"
	else
		failed=1
		echo "not ok $tests - $2"
		echo "# ${output//$'\n'/$'\n'# }"
	fi
}

# expect NAME STATUS REGEX COMMAND...: the output, both streams, must match; '!REGEX' must not.
expect()
{
	local name=$1 want=$2 regex=$3 status

	shift 3
	output=$("$@" 2>&1 </dev/null)
	status=$?
	if [ $status -ne "$want" ]; then
		output="status $status, not $want: $output"
		verdict 1 "$name"
	elif [[ $regex == !* ]]; then
		! grep -qE -- "${regex#!}" <<<"$output"
		verdict $? "$name"
	else
		grep -qE -- "$regex" <<<"$output"
		verdict $? "$name"
	fi
}

finish()
{
	echo "1..$tests"
	exit $failed
}
