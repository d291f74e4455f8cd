#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Coherent memory for a caller that may not sleep: until well past the reserve it fails no more
# often than on stock, and the reserve is there again when all is given back.
# shellcheck source=impl/tests/guest/guest.sh
. "$(dirname "$0")/guest.sh"

[ -f "$modules/dmabench.ko" ] || bail "no dmabench for $(uname -r): make -C bench/dmabench module"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# 128 blocks of 4, 16 and 64 KiB at a time, from a timer: 3.5 MiB before anything can refill
# a reserve, 10.5 MiB in all.
cell='test=timer size=65536 depth=128 count=384 warm=0 max_fails=1000'

measure() { # measure BACKEND CELL: what the cell counts
	"$top/bench/dmabench/dmabench" --device spare-nic --backend "$1" --cell "$2" \
		>"$work/$1" 2>"$work/said" || { cat "$work/said" >&2; echo '{}' >"$work/$1"; }
}

of() { jq -r ".$2" "$work/$1"; } # of BACKEND KEY

from() { # from SOURCE: allocations without sleep that came from there
	grep -c "xsw_alloc:.* atomic=1 from=$1 " "$tracing/trace"
}

measure stock "$cell"
is "$(of stock tries)" 384 'stock: every block was tried'
is "$(of stock wrong)" 0 'stock: every block is zero'

module_in pool_mb=16
measure module 'test=pair size=4096 reach=far count=1'
reserve=$(pool coherent_bytes)
at_least "$reserve" 1 'with a device comes a reserve'
echo 1 >$tracing/events/xen_swiotlb/xsw_alloc/enable
for turn in first second; do
	echo >$tracing/trace
	measure module "$cell"
	is "$(of module tries)" 384 "$turn: every block was tried"
	is "$(of module wrong)" 0 "$turn: every block is zero, also one that was dirtied before"
	is "$(of module served)" "$(($(of module tries) - $(of module fails.n)))" \
		"$turn: what was not served failed"
	at_most "$(of module fails.n)" "$(of stock fails.n)" "$turn: no more fail than on stock"
	at_least "$(from reserve)" 1 "$turn: the reserve served some"
	[ $turn != first ] || at_least "$(from stock)" 1 "$turn: until it was dry"
	is "$(pool coherent_used_bytes)" 0 "$turn: all is given back"
	# the worker that refills runs in the background
	for ((try = 0; try < 50; try++)); do
		[ "$(pool coherent_bytes)" -le "$reserve" ] || break
		sleep 0.1
	done
	at_least "$(pool coherent_bytes)" $((reserve + 1)) "$turn: more is kept for the next time"
	echo "# from cache $(from cache), reserve $(from reserve), stock $(from stock)"
	served[${#served[@]}]=$(($(from cache) + $(from reserve)))
done
at_least "${served[1]}" "${served[0]}" 'the second time at least as many without stock'
echo 0 >$tracing/events/xen_swiotlb/xsw_alloc/enable
module_out
ok $? 'the module unloads'
done_testing
