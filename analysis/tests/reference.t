#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A stored run gives its stored page, byte for byte: the fixture, kept; and results/reference, whose answer
# is the README's.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"

# again FOLDER: its report made anew from a copy is the one that it has.
again()
{
	local name

	rm -rf "$scratch/again"
	cp -r "$1" "$scratch/again"
	rm -r "$scratch/again"/{report.md,report.html,summary.json,plots}
	passes "$2: the report is made" "$report" "$scratch/again"
	for name in report.md report.html summary.json; do
		passes "$name, byte for byte" cmp "$1/$name" "$scratch/again/$name"
	done
	passes 'so are its pictures' diff -r "$1/plots" "$scratch/again/plots"
}

keep=$checkout/analysis/report/keep
passes 'a run is stored' "$keep" "$fixture" "$scratch/kept"
again "$scratch/kept" 'a stored run'
passes 'its raw files are gzipped' test -z "$(find "$scratch/kept" -path '*/raw/*' ! -name '*.gz' -type f)"
passes 'storing it again gives the same bytes' "$keep" "$fixture" "$scratch/kept-again"
passes 'all of them' diff -r "$scratch/kept" "$scratch/kept-again"
complains 'a folder that is there is not touched' 1 'is there already' "$keep" "$fixture" "$scratch/kept"
complains 'what is no run is not stored' 1 'no <environment>/run.json' "$keep" "$scratch/again/plots" "$scratch/none"
passes 'and leaves nothing' test ! -e "$scratch/none"

# The run that the README shows, and what it says of it.
reference=$checkout/results/reference
passes 'the run that the README shows is there' test -e "$reference/report.html"
again "$reference" 'results/reference'
at_most "$(du -sm "$reference" | cut -f1)" 8 'it takes a few MB'
quoted=$(sed -n 's/^> *//p' "$checkout/README.md" | tr '\n' ' ')
passes 'the README quotes it' test -n "$quoted"
passes 'in the words of its page' grep -qF -- "> ${quoted% }" "$reference/report.md"
done_testing
