#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What `make test-tune` makes of its recordings, on stored ones: a right one, one with another mark than the
# kernel's, one cut off, and one whose packing is cut. What can't be asked is told, and the rest stands.
set -u
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
. impl/tests/tap.sh
make -s -C analysis/replay all placement || bail 'the replay was not built'
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
real=analysis/tests/data/recordings
one=$scratch/one
peak=$(jq .load.peak.slots "$real/v2-small-udp.json")

mkdir "$one"
for load in right wrong cut packed; do
	cp "$real/v2-small-udp.rec.gz" "$one/stock-$load.rec.gz"
	printf 'stock\t%s\t1024\t1\t%s\n' "$load" "$peak"
done >"$one/marks.tsv"
sed -i "/wrong/s/$peak\$/$((peak * 2))/" "$one/marks.tsv"
gunzip -c "$one/stock-cut.rec.gz" | head -c -1000 | gzip >"$scratch/cut" && mv "$scratch/cut" "$one/stock-cut.rec.gz"
truncate -s -1000 "$one/stock-packed.rec.gz"

said=$(bench/lab/tests/tune/proof "$scratch/table.md" "$one" 2>&1)
is "$?" 1 'a proof with misses fails'
is "$(grep -c '^not ok' <<<"$said")" 3 'one check for each'
like "$said" 'not ok [0-9]* - one: stock, wrong, pool of 1024: most in use' 'another peak than the kernel had'
like "$said" 'not ok [0-9]* - one: stock, cut, pool of 1024: it can be asked.# got:[^#]*cut off' 'a recording that was cut off'
like "$said" 'not ok [0-9]* - one: stock, packed, pool of 1024: .*unpacked' 'one whose packing is cut'
like "$said" 'ok [0-9]* - one: stock, right, pool of 1024: most in use' 'the right one stands'
is "$(grep -c '^Not here: one: stock, \(cut\|packed\),' "$scratch/table.md")" 2 'the table says what is not in it'
is "$(grep -c "| $peak | $peak |" "$scratch/table.md")" 1 'and has what is'
done_testing
