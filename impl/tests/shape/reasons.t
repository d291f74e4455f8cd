#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The names and numbers of impl/core/reason.h are the same wherever they stand again: in ABI.md, in
# the tables of the tools, and in the counters' keys.
set -u
cd "$(dirname "$0")/../../.." || exit 1

. impl/tests/tap.sh

is "$(sed -n '/^| field | numbers |$/,/^$/p' impl/ABI.md | grep -v '^$' | grep -v '^| .op. ')" \
	"$(impl/core/reasons abi)" 'ABI.md has the numbers (impl/core/reasons abi prints them)'

# A table of names in C, from its first string to its closing brace: "FILE: NAME NAME ..."
tables() { # tables FIRST-NAME
	git ls-files -co --exclude-standard 'traces/*.c' 'traces/*.h' | while read -r f; do
		tr '\n\t' '  ' <"$f" | grep -oE "= \{ *\"$1\"[^}]*\}" |
			sed -e 's/[^"]*"\([^"]*\)"[^"]*/\1 /g' -e "s|^|$f: |" -e 's/ *$//'
	done
}

for list in BOUNCE_REASONS FAIL_REASONS; do
	names=$(impl/core/reasons $list | paste -sd ' ')
	found=$(tables "${names%% *}")
	is "$(grep -c . <<<"$found")" "$(grep -c ": $names\$" <<<"$found")" "the tools' tables of $list are these"
	isnt_empty=$([ -n "$found" ]; echo $?)
	ok "$isnt_empty" "the tools have a table of $list"
done

# Keys of the counters, as ABI.md lists them, in the order of the lists
keys() { # keys PREFIX
	tr '\n' ' ' <impl/ABI.md | grep -oE "\b$1_[a-z_]+" | awk '!seen[$0]++' | paste -sd ' '
}
is "$(keys bounce | sed 's/ *bounce_bytes//')" \
	"$(impl/core/reasons keys BOUNCE_REASONS | sed '1d; s/^/bounce_/' | paste -sd ' ')" \
	'ABI.md lists a counter for each reason to bounce'
is "$(keys fail)" "$(impl/core/reasons keys FAIL_REASONS | sed '1d; s/^/fail_/' | paste -sd ' ')" \
	'ABI.md lists a counter for each reason to fail'

done_testing
