#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Breaks impl/kmod one line at a time and expects the module's tests to notice, in a dom0 each.
#
#   mutants.t [PATTERN]     only those whose description matches
#
# A mutant is 'FILE|SED EXPRESSION|TEST|WHAT IT BREAKS'.  It is noticed if a check of TEST fails
# there.  A test that does not end in time, and a machine that dies, notice nothing.
set -u
cd "$(dirname "$0")/../../../.." || exit 1
# shellcheck source=impl/tests/tap.sh
. impl/tests/tap.sh

only=${1:-.}
limit=240 # seconds for a test, five times what it takes
mutants=(
	'ops.c|s/return xsw_machine_mask\(\);/return DMA_BIT_MASK(32);/|mask.t|the required mask'
	'leave.c|s/^\tif \(left\) \{$/\tif (0) {/|late.t|lingering'
	'leave.c|s/if \(a && a->stage == XSW_LINGERING\)/if (0)/|late.t|detach of what lingers'
	'tell.c|s/^\t\txsw_look_soon\(of_device\(e\)\);/\t\t;/|late.t|letting go when all is back'
	'tell.c|s/^\ttrace_xsw_leak\(m, age\);/\t;/|leak.t|the trace of a leak'
	'tell.c|s/WRITE_ONCE\(a->wanted->leaked, a->wanted->leaked \+ 1\);/;/|leak.t|the count of leaks'
	'tell.c|s/^\tif \(!is_stray_news\(a\)\)/\tif (1)/|misuse.t|the warning of a stray unmap'
	'pool.c|s/WRITE_ONCE\(failed_mask\[why\], mask\);/;/|growth.t|growth for what failed'
	'coherent.c|s/return \(current_gfp_context\(gfp\) & all\) == all;/return true;/|noio.t|callers that must not wait'
	'masks.c|s/^\tfollow\(&a->dev\.min_align_mask, .*$/\t;/|dma.t|the alignment a driver asks for'
	'masks.h|s/^\t\tWRITE_ONCE\(a->dev\.coherent_mask, mask\);/\t\t;/|dma.t|the coherent mask'
	'streaming.c|s/return attrs & DMA_ATTR_SKIP_CPU_SYNC \? XSW_ATTR_SKIP_SYNC : 0;/return 0;/|dma.t|unmaps that copy nothing back'
	'listings.c|s/seq_buf_printf\(to, "lingering %llu\\n"/seq_buf_printf(to, "waiting %llu\\n"/|late.t|the line of what lingers'
)

kver=$(bench/lab/lab kver)
work=build/mutants
rm -rf "$work"
mkdir -p "$work/impl"
cp -r impl/{core,xen,compat,kmod,defrag,VERSION} "$work/impl"

build() { # build: the module of the copy; its messages in $work/log
	bench/lab/lab chroot -- make -s -C "$work/impl/kmod" module >"$work/log" 2>&1
}

# The modules of the lab's tests, with the mutant in place of ours
try() { # try TEST: what the machine said in $work/log
	cat >"$work/try" <<-TRY
		#!/bin/sh
		mkdir -p /tmp/modules
		ln -s /src/build/modules/$kver/* /tmp/modules
		rm /tmp/modules/xen_swiotlb.ko
		cp /src/$work/build/modules/$kver/xen_swiotlb.ko /tmp/modules
		XSW_MODULES=/tmp/modules timeout $limit impl/tests/guest/$1
	TRY
	chmod +x "$work/try"
	timeout 900 bench/lab/lab run xen-dom0 --with mptsas --timeout $((limit + 30)) -- \
		"$work/try" >"$work/log" 2>&1
}

build || {
	sed 's/^/# /' "$work/log" | tail -n 5
	bail 'the module does not compile unmutated'
}

for mutant in "${mutants[@]}"; do
	IFS='|' read -r file rest <<<"$mutant"
	what=${rest##*|}
	rest=${rest%|*}
	test=${rest##*|}
	expression=${rest%|*}
	[[ $what =~ $only ]] || continue
	sed -E -i "$expression" "$work/impl/kmod/$file"
	if cmp -s "impl/kmod/$file" "$work/impl/kmod/$file"; then
		ok 1 "$what: nothing in $file matches, mend the list"
	elif ! build; then
		ok 1 "$what: does not compile" "$(tail -n 5 "$work/log")"
	else
		try "$test"
		status=$?
		if grep -q '^not ok ' "$work/log"; then
			ok 0 "$what: noticed by $test"
		elif [ $status -eq 0 ]; then
			ok 1 "$what: $test did not notice"
		else
			ok 1 "$what: no check of $test failed, status $status" "$(tail -n 5 "$work/log")"
		fi
	fi
	cp "impl/kmod/$file" "$work/impl/kmod/$file"
done
done_testing
