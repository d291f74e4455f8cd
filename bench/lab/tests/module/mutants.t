#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Breaks impl/kmod one line at a time and expects the module's tests to notice, in a dom0.
#
#   mutants.t [PATTERN]     only those whose description matches
#
# A mutant is 'FILE|SED EXPRESSION|TEST|WHAT IT BREAKS'.  It is noticed if a check of TEST fails
# there.  A test that does not end in time, and a machine that dies, notice nothing.  A mutant that
# leaves the machine as it was is followed by the next one there; else that gets a fresh machine.
set -u
cd "$(dirname "$0")/../../../.." || exit 1
# shellcheck source=impl/tests/tap.sh
. impl/tests/tap.sh

only=${1:-.}
limit=240 # seconds for a test, five times what it takes
mutants=(
	'ops.c|s/return xsw_machine_mask\(\);/return DMA_BIT_MASK(32);/|mask.t|the required mask'
	'tell.c|s/^\ttrace_xsw_leak\(m, age\);/\t;/|leak.t|the trace of a leak'
	'tell.c|s/WRITE_ONCE\(a->wanted->leaked, a->wanted->leaked \+ 1\);/;/|leak.t|the count of leaks'
	'tell.c|s/^\tif \(!is_stray_news\(a\)\)/\tif (1)/|misuse.t|the warning of a stray unmap'
	'pool.c|s/WRITE_ONCE\(failed_mask\[why\], mask\);/;/|growth.t|growth for what failed'
	'coherent.c|s/return \(current_gfp_context\(gfp\) & all\) == all;/return true;/|noio.t|callers that must not wait'
	'masks.c|s/^\tfollow\(&a->dev\.min_align_mask, .*$/\t;/|dma.t|the alignment a driver asks for'
	'streaming.c|s/^\t\tours \|= XSW_ATTR_QUIET;/\t\t;/|growth.t|maps that are not warned of'
	'pages.c|s/if \(first >= pages \|\| wanted > pages - first\)/if (first >= pages)/|dma.t|the length of what user space maps'
	'pages.c|s/if \(first >= pages \|\| wanted > pages - first\)/if (wanted > pages - first)/|dma.t|the begin of what user space maps'
	'masks.h|s/^\t\tWRITE_ONCE\(a->dev\.coherent_mask, mask\);/\t\t;/|dma.t|the coherent mask'
	'streaming.c|s/return attrs & DMA_ATTR_SKIP_CPU_SYNC \? XSW_ATTR_SKIP_SYNC : 0;/return 0;/|dma.t|unmaps that copy nothing back'
	# each of these leaves the machine in a state that only a boot ends
	'leave.c|s/^\tif \(left\) \{$/\tif (0) {/|late.t|lingering'
	'leave.c|s/if \(a && a->stage == XSW_LINGERING\)/if (0)/|late.t|detach of what lingers'
	'tell.c|s/^\t\txsw_look_soon\(of_device\(e\)\);/\t\t;/|late.t|letting go when all is back'
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

build || {
	sed 's/^/# /' "$work/log" | tail -n 5
	bail 'the module does not compile unmutated'
}

# Those that compile, to be tried: the module of each in a folder of its own
tests=()
whats=()
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
		folder=$work/${#tests[@]}
		mkdir "$folder"
		cp "$work/build/modules/$kver/xen_swiotlb.ko" "$folder"
		tests+=("$test")
		whats+=("$what")
	fi
	cp "impl/kmod/$file" "$work/impl/kmod/$file"
done

# One after the other in one machine, as long as each leaves it as it was
cat >"$work/try" <<TRY
#!/bin/bash
cd /src || exit 1
cards() { for card in /sys/class/net/*/device; do readlink -f "\$card"; done | sort; }
before=\$(cards)
for pair in "\$@"; do
	n=\${pair%%:*}
	echo "== begin \$n"
	XSW_MODULES=/src/$work/\$n timeout -k 30 $limit "impl/tests/guest/\${pair#*:}"
	echo "== end \$n \$?"
	rmmod xsw_cases xen_swiotlb 2>/dev/null
	sleep 2
	if grep -qE '^(xen_swiotlb|xsw_cases) ' /proc/modules || [ "\$(cards)" != "\$before" ]; then
		echo "== this machine is not as it was"
		break
	fi
done
TRY
chmod +x "$work/try"

said() { # said N: what the test of mutant N said
	sed -n "/^== begin $1\$/,/^== end $1 /p" "$work/log"
}

judge() { # judge N
	local status
	status=$(said "$1" | sed -n "s/^== end $1 //p")
	if said "$1" | grep -q '^not ok '; then
		ok 0 "${whats[$1]}: noticed by ${tests[$1]}"
	elif [ "$status" = 0 ]; then
		ok 1 "${whats[$1]}: ${tests[$1]} did not notice"
	else
		ok 1 "${whats[$1]}: no check of ${tests[$1]} failed, status ${status:-unknown}" \
			"$(said "$1" | tail -n 5)"
	fi
}

next=0
while [ $next -lt ${#tests[@]} ]; do
	pairs=()
	for ((n = next; n < ${#tests[@]}; n++)); do pairs+=("$n:${tests[n]}"); done
	bench/lab/lab run xen-dom0 --with mptsas --timeout $(((limit + 30) * ${#pairs[@]})) -- \
		"$work/try" "${pairs[@]}" >"$work/log" 2>&1
	first=$next
	while [ $next -lt ${#tests[@]} ] && [ -n "$(said $next)" ]; do
		judge $next
		next=$((next + 1))
	done
	if [ $next -eq "$first" ]; then
		judge $next
		next=$((next + 1))
	fi
done
done_testing
