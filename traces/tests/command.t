#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Command lines and waiting: command.c in user space, then the tool itself.
cd "$(dirname "$0")/../.." || exit 1

. impl/tests/tap.sh
. traces/tests/refused.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
source=traces/xswbounce
gcc -O2 -Wall -Wextra -Wno-missing-field-initializers -std=gnu11 -D_GNU_SOURCE -DXSWBOUNCE_VERSION='"test"' -I $source \
	-o "$out/command_test" traces/tests/command_test.c $source/{command,look}.c $source/show/json.c \
	-Wl,--wrap=clock_gettime,--wrap=ppoll,--wrap=execvp,--wrap=usleep,--wrap=kill -lm || exit 1
"$out/command_test" >"$out/tap"
is "$? $(grep -v '^ok' "$out/tap")" '0 1..23' 'measuring, tables, the end of a program'

x=build/traces/xswbounce
[ -x $x ] || bail "$x is not built: make -C traces/xswbounce STATIC=1"
complains 'verdict N M: no verdict after M parts of a second' 2 "one argument too many: '1'" $x 5 1
complains 'record N M neither' 2 "one argument too many: '5'" $x record -o "$out/r" 3 5
complains 'report runs no program' 2 'runs no program' $x report -i "$out/r" -- true
complains 'a command behind an option' 2 'the command comes first: xswbounce top' $x -v top

# An option that a command has no use for is refused, and not in its help.
refused=$(refused_options)
at_least "$(wc -l <<<"$refused")" 11 'options that are refused are found'
declare -A long=([-d]=device [-j]=json [-T]=timestamp [-v]=verbose)
while read -r command option; do
	value=
	[ "$option" != -d ] || value=0000:00:04.0
	# shellcheck disable=SC2086 # an option and its value, if it takes one
	$x "$command" $option $value >"$out/out" 2>"$out/err" </dev/null
	is "$? $(cat "$out/out" "$out/err")" \
		"2 xswbounce: $command takes no --${long[$option]}: see xswbounce $command --help" \
		"$command $option is refused"
	is "$($x "$command" --help | grep -c -- "--${long[$option]}")" 0 'and is not in its help'
done <<<"$refused"
printf '# xswbounce incident 1\n' >"$out/incident"
for option in -j -D '-d 0000:00:04.0'; do
	# shellcheck disable=SC2086 # an option and its value, if it takes one
	complains "report $option of an incident file" 2 'is an incident file, which is printed as it is' \
		$x report -i "$out/incident" $option
done
complains 'report -j -D' 2 "can't be had at once" $x report -i "$out/none" -j -D

is "$($x help)" "$($x --help)" 'help is --help'
like "$($x --help)" 'Exit status: 0; 1 if leaks .*, doctor .*report .*; 2 for an error' \
	'which command ends with 1, and when'
while read -r command; do
	is "$($x help "$command")" "$($x "$command" --help)" "help $command is $command --help"
done < <(sed -n 's/^\t{ "\([a-z]*\)",.*/\1/p' $source/main.c)
complains 'help of no command' 2 "^xswbounce: unknown command 'nothing': see xswbounce --help$" $x help nothing
complains 'help of two' 2 "^xswbounce: one argument too many: 'top'$" $x help full top

for command in '' top report; do
	# shellcheck disable=SC2086 # no command is no word
	$x $command --help >/dev/full 2>"$out/err"
	is "$? $(cat "$out/err")" "2 xswbounce: can't write the output: No space left on device" \
		"$command --help to a full disk is an error"
done
done_testing
