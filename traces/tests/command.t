#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Command lines and waiting: command.c in user space, then the tool itself.
cd "$(dirname "$0")/../.." || exit 1

. impl/tests/tap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
source=traces/xswbounce
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -DXSWBOUNCE_VERSION='"test"' -I $source \
	-o "$out/command_test" traces/tests/command_test.c $source/command.c $source/show/json.c \
	-Wl,--wrap=clock_gettime,--wrap=ppoll,--wrap=execvp -lm || exit 1
"$out/command_test" >"$out/tap"
is "$? $(grep -v '^ok' "$out/tap")" '0 1..14' 'measuring, tables, the end of a program'

x=build/traces/xswbounce
[ -x $x ] || bail "$x is not built: make -C traces/xswbounce STATIC=1"
complains 'verdict N M: no verdict after M parts of a second' 2 "one argument too many: '1'" $x 5 1
complains 'record N M neither' 2 "one argument too many: '5'" $x record -o "$out/r" 3 5
complains 'report runs no program' 2 'runs no program' $x report -i "$out/r" -- true
complains 'a command behind an option' 2 'the command comes first: xswbounce top' $x -v top
for command in '' top report; do
	# shellcheck disable=SC2086 # no command is no word
	$x $command --help >/dev/full 2>"$out/err"
	is "$? $(cat "$out/err")" "2 xswbounce: can't write the output: No space left on device" \
		"$command --help to a full disk is an error"
done
done_testing
