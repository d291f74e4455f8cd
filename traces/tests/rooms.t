#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The rooms of xswbounce: each includes what stands below it, and never what stands above.
cd "$(dirname "$0")/../xswbounce" || exit 1

# shellcheck source=impl/tests/tap.sh
. ../../impl/tests/tap.sh

# Rooms from the lowest; the files of the top are main.c, command.* and look.c, which stand above all, and
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
is "$(find . -maxdepth 1 -name '*.c' | sort | tr '\n' ' ')" './command.c ./look.c ./main.c ./say.c ' 'nothing else at the top'

# What is offered is taken by another file; of the module's events each field that is looked up is read.
offered=$(grep -ohE '^[a-z][a-zA-Z0-9_ *]*[ *][a-z_0-9]+\(' ./*.h engine/*.h show/*.h | sed -E 's/.*[ *]([a-z_0-9]+)\($/\1/' | sort -u)
at_least "$(wc -w <<<"$offered")" 100 'functions that others may call are found'
is "$(for f in $offered; do
	[ "$(grep -lw "$f" ./*.c engine/*.c show/*.c commands/*.c | wc -l)" -ge 2 ] || echo "$f"
done)" '' 'each is called from elsewhere'
fields=$(sed -n '/^struct xb_event {/,/^}/p' bpf/shared.h | grep -oE '[a-z_]+[,;]' | tr -d ',;')
at_least "$(wc -w <<<"$fields")" 15 'fields of events are found'
is "$(for f in $fields; do grep -qE "(->|\.)$f\)" bpf/*module*.h || echo "$f"; done)" '' 'each is read by a program'
events=$(sed -n '/^struct xb_events {/,/^}/p' bpf/shared.h | grep -oE '[a-z_]+[,;]' | tr -d ',;')
is "$(for e in $events; do grep -qE "module_events\.$e\>" bpf/*.h || echo "$e"; done)" '' 'so is each event'
done_testing
