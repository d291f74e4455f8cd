#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The rooms of xswbounce: each includes what stands below it, and never what stands above.
cd "$(dirname "$0")/../xswbounce" || exit 1

# shellcheck source=impl/tests/tap.sh
. ../../impl/tests/tap.sh

# Rooms from the lowest; the files of the top are main.c and command.*, which stand above all, and
# say.h and version.h, which all may use.
rooms=(bpf engine show commands)

included()
{
	grep -HoE '^#include "[^"]+"' "$@" | sed -E 's/:#include "(.*)"/ \1/'
}

for ((i = 0; i < ${#rooms[@]}; i++)); do
	allowed="say\\.h|version\\.h|[a-z_]+\\.skel\\.h"
	for ((j = 0; j <= i; j++)); do
		allowed+="|${rooms[j]}/[a-z_.]+"
	done
	[ "${rooms[i]}" != commands ] || allowed+="|command\\.h"
	at_least "$(included "${rooms[i]}"/*.[ch] | wc -l)" 5 "${rooms[i]}: its files are found"
	is "$(included "${rooms[i]}"/*.[ch] | grep -vE " ($allowed)$")" '' "${rooms[i]}: nothing from above"
done
is "$(included bpf/*.[ch] | grep -vE ' bpf/')" '' 'bpf: nothing but its own'
is "$(included say.[ch] | grep -v ' say.h')" '' 'say: nothing of the others'
is "$(find . -mindepth 1 -type d | sort | tr '\n' ' ')" './bpf ./commands ./data ./engine ./show ' 'no other room'
is "$(find . -maxdepth 1 -name '*.c' | sort | tr '\n' ' ')" './command.c ./main.c ./say.c ' 'nothing else at the top'
done_testing
