#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tuner's pictures: what stands in them, and folders of any name.
set -u
# shellcheck source=analysis/tests/runs.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/runs.sh"
make -s -C "$checkout/analysis/replay" || bail 'replay was not built'
tune=$checkout/analysis/tune/tune
real=$checkout/analysis/tests/data/recordings
"$checkout/analysis/tests/recordings.py" "$scratch/made" || bail 'no made-up recordings'
made=$scratch/made/tune

# words FILE: the texts of a picture.
words()
{
	sed -nE 's/.*<text>(.*)<\/text>.*/\1/p' "$1"
}

# picture RECORDING: draws it; sets sizes and time to the texts.
picture()
{
	rm -rf "$scratch/plots"
	"$tune" --plots "$scratch/plots" "$1" >"$scratch/screen" 2>&1 || bail "no plots of $1"
	sizes=$(words "$scratch/plots/pool_sizes.svg")
	time=$(words "$scratch/plots/pool_time.svg")
}

picture "$made/small_pool.rec"
is "$(cd "$scratch/plots" && ls ./*.svg ./*.png)" './pool_sizes.png
./pool_sizes.svg
./pool_time.png
./pool_time.svg' 'two pictures'
like "$(tail -n 1 "$scratch/screen")" "^Plots: $scratch/plots/pool_sizes.svg" 'and where they are'
like "$sizes" 'today' 'the pool of today is drawn in'
like "$time" 'today: 1024' 'over time, too'
like "$sizes" 'none' 'no failure has a row of its own'
like "$sizes" '532 bounced mappings' 'of how many'
is "$(awk '$1 == "stock" && $2 == 1024 { print $3 }' "$scratch/plots/pool_sizes.dat")" 20 'failures as they are'

gunzip -c "$real/v2-mix.rec.gz" >"$scratch/mix.rec"
picture "$scratch/mix.rec"
like "$time" 'today: 32768, above' 'a pool of today far above the peak is named'
like "$time" 'enough \(stock\): 1024' "of equal sizes stock's has its name"
like "$time" 'enough \(xen_swiotlb\): 1024' "and the module's"
at_least "$(grep -cE "stroke='rgb\(221, *136, *51\)'" "$scratch/plots/pool_time.svg")" 1 "stock's line is drawn below it"
is "$(awk 'END { print ($1 > 2.65) }' "$scratch/plots/pool_time.dat")" 1 'the last interval is drawn to its end'

# A failure in thousands is seen: the largest size of all, too.
python3 - "$checkout/analysis/tune" "$scratch/wide" <<-'END' || bail 'no picture'
	import os, sys
	sys.dont_write_bytecode = True
	sys.path.insert(0, sys.argv[1])
	import draw
	class Pool: pass
	pools = []
	for power in range(8, 21):
	    one = Pool()
	    one.allocator, one.slots, one.claims, one.hiwater = "stock", 1 << power, 100000, 300
	    one.failures = 3 if power == 8 else 1 if power == 9 else 0
	    pools.append(one)
	os.makedirs(sys.argv[2])
	draw.sizes_data(sys.argv[2], pools, 'a "kernel" of \'ours\'', 1 << 20, 1 << 19, 1 << 20)
	drawn, wrong = draw.pictures(sys.argv[2], ["pool_sizes"])
	sys.exit(wrong)
END
sizes=$(words "$scratch/wide/pool_sizes.svg")
is "$(grep -cE 'e\+0' <<<"$sizes")" 0 'sizes are whole numbers'
like "$sizes" '262144' 'also large ones'
# Names at the right edge end at their line: text-anchor is end.
is "$(grep -A3 -E "text-anchor=.end" "$scratch/wide/pool_sizes.svg" | grep -cE 'today|enough')" 3 'no name is cut off at the right'
like "$sizes" "a .*kernel.* of 'ours'|a .*kernel.* of &apos;ours" 'a name with quotes'

# ---- folders ----
# shellcheck disable=SC2016 # names as they are
for name in "it's" 'a "b"' 'a b$c' '<x,y'; do
	passes "a folder '$name'" "$tune" --plots "$scratch/$name" "$made/small_pool.rec"
	is "$(find "$scratch/$name" -name '*.png' | wc -l)" 2 'has both'
done
out=$scratch/"it's one, too"
expect 'make tune takes one, too' 0 '^The pool is too small: 20' \
	make -s -C "$checkout" tune RECORDING="$made/small_pool.rec" OUT="$out"
passes 'with the advice' jq -e .kind "$out/advice.json"
is "$(find "$out" -name '*.svg' | wc -l)" 2 'and both pictures'
done_testing
