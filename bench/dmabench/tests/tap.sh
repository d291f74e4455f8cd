# SPDX-License-Identifier: GPL-2.0-only
# TAP for dmabench's tests: ok NAME COMMAND..., like NAME TEXT REGEX, done_testing.
# shellcheck shell=bash

tests_run=0 tests_failed=0

# Passes if the command succeeds; its output is shown if it does not.
ok()
{
	local name=$1 said

	shift
	tests_run=$((tests_run + 1))
	if said=$("$@" 2>&1); then
		echo "ok $tests_run - $name"
		return
	fi
	echo "not ok $tests_run - $name"
	echo "# failed: $*"
	[ -z "$said" ] || printf '%s\n' "$said" | sed 's/^/# /'
	tests_failed=$((tests_failed + 1))
}

like()
{
	ok "$1" grep -qE -e "$3" <<<"$2" || true
	grep -qE -e "$3" <<<"$2" || printf '# got: %s\n' "$2"
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
